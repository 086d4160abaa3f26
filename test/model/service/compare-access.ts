import { groupsOf, isActive, permissionsOf } from '../access.ts';
import type { World } from '../world.ts';
import type { Place } from './place.ts';

const QUESTION = `query ($after: String) {
  users(first: 500, after: $after) {
    nodes { id active effectivePermissions groups { source group { id } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

interface UserNode {
  id: string;
  active: boolean;
  effectivePermissions: string[];
  groups: { source: string; group: { id: string } }[];
}

/** What the service answers about who is in which group and may do what, otherwise than the model. */
export async function accessDifferencesOf(world: World, place: Place): Promise<string[]> {
  const nodes = await usersOf(place);
  const answered = new Map(nodes.map((node) => [place.names.name(node.id), node]));
  const differences: string[] = [];
  for (const [name, user] of world.users) {
    if (user.isRemoved) continue;
    const node = answered.get(name);
    const expected = [
      isActive(world, name),
      [...permissionsOf(world, name)].sort(),
      [...groupsOf(world, name)].map(([group, source]) => `${group} ${source.toUpperCase()}`).sort(),
    ];
    const got = node && [
      node.active,
      [...node.effectivePermissions].sort(),
      node.groups.map(({ group, source }) => `${place.names.name(group.id)} ${source}`).sort(),
    ];
    if (JSON.stringify(expected) !== JSON.stringify(got)) {
      differences.push(`access of ${name}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
    }
  }
  return differences;
}

async function usersOf(place: Place): Promise<UserNode[]> {
  const nodes: UserNode[] = [];
  for (let after: string | null = null; ; ) {
    const data: Record<string, unknown> = await place.query(QUESTION, { after });
    const page = data.users as { nodes: UserNode[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
    nodes.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return nodes;
    after = page.pageInfo.endCursor;
  }
}
