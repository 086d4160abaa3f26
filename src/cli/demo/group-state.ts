import { askGraphql } from '../ask-graphql.ts';

const GROUP = `query Group($name: String!) {
  groups(filter: { search: $name }, first: 5) {
    nodes {
      name
      links { id state }
      members(first: 100) { nodes { source } }
      grants(first: 5) { nodes { permissionSet { permissions } } }
    }
  }
}`;

interface GroupAnswer {
  groups: {
    nodes: {
      name: string;
      links: { id: string; state: string }[];
      members: { nodes: { source: string }[] };
      grants: { nodes: { permissionSet: { permissions: string[] } }[] };
    }[];
  };
}

export interface GroupState {
  name: string;
  /** Of its link to the directory's group. */
  state: string | undefined;
  waitingLinkId: string | null;
  manual: number;
  fromDirectory: number;
  /** What it gives its members. */
  permissions: string[];
}

/** The product's group of that name, as GraphQL answers it. */
export async function readGroup(service: { url: string; apiKey: string }, name: string): Promise<GroupState> {
  const { groups } = await askGraphql<GroupAnswer>(service, GROUP, { name });
  const group = groups.nodes.find((candidate) => candidate.name === name);
  if (!group) throw new Error(`Acme has no group ${name}.`);
  const members = group.members.nodes;
  const manual = members.filter((member) => member.source === 'MANUAL').length;
  return {
    name,
    state: group.links[0]?.state,
    waitingLinkId: group.links.find((link) => link.state === 'PENDING')?.id ?? null,
    manual,
    fromDirectory: members.length - manual,
    permissions: [...new Set(group.grants.nodes.flatMap((grant) => grant.permissionSet.permissions))],
  };
}
