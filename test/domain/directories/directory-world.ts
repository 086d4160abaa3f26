import { v7 as uuid } from 'uuid';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import { allScopes } from '../../../src/domain/actors/scope.ts';
import type { LinkRow } from '../../../src/domain/links/links.store.ts';
import { aCall, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';

/** One more directory of an organization. */
export async function anotherDirectory(
  { domain }: TestDomain,
  at: TestDirectory,
  settings: { status?: 'observing' | 'active'; precedence?: number } = {},
): Promise<TestDirectory> {
  const { id: directoryId } = await domain.directories.create(at.operator, { name: 'Okta', ...settings });
  const directory: Actor = {
    kind: 'directory',
    organizationId: at.organizationId,
    directoryId,
    tokenId: uuid(),
    scopes: allScopes,
  };
  return { ...at, directoryId, directory };
}

/** Acts of an identity provider and of the admins, told in one line each. */
export function worldOf({ domain }: TestDomain, at: TestDirectory) {
  const { directory, directoryId, operator } = at;
  return {
    push: async (resource: object) =>
      (await domain.directoryUsers.create(directory, aCall, { directoryId, resource })).id,
    write: (id: string, resource: object) =>
      domain.directoryUsers.replace(directory, aCall, { directoryId, id, resource }),
    drop: (id: string) => domain.directoryUsers.delete(directory, aCall, { directoryId, id }),
    pushGroup: async (displayName: string, memberIds: string[] = [], externalId?: string) => {
      const resource = { displayName, ...(externalId ? { externalId } : {}) };
      return (await domain.directoryGroups.create(directory, aCall, { directoryId, resource, memberIds })).id;
    },
    dropGroup: (id: string) => domain.directoryGroups.delete(directory, aCall, { directoryId, id }),
    members: (id: string, kind: 'add' | 'remove', userIds: string[]) =>
      domain.directoryGroups.change(directory, aCall, { directoryId, id, members: [{ kind, userIds }] }),
    activate: async () => {
      const { digest } = await domain.directoryStatuses.preview(operator, directoryId);
      return domain.directoryStatuses.activate(operator, { id: directoryId, digest });
    },
    users: async () => (await domain.users.list(operator, { first: 500 })).items,
    user: async (userName: string) => {
      const found = (await domain.users.list(operator, { first: 500 })).items.find(
        (user) => user.userName === userName,
      );
      if (!found) throw new Error(`There is no user ${userName}.`);
      return found;
    },
    links: async (): Promise<LinkRow[]> => (await domain.links.list(operator, {}, { first: 500 })).items,
    /** The links of one record, superseded ones too. */
    linksOf: async (recordId: string): Promise<LinkRow[]> =>
      (await domain.links.list(operator, {}, { first: 500 })).items.filter(
        (link) => link.directoryRecordId === recordId,
      ),
    groups: async () => (await domain.groups.list(operator, { first: 500 })).items,
    membersOf: async (groupId: string) =>
      (await domain.groups.listMembers(operator, groupId, { first: 500 })).items
        .map((member) => member.userName)
        .sort(),
    approve: async (linkId: string) => {
      const { digest } = await domain.links.preview(operator, linkId);
      return domain.linkDecisions.approve(operator, { id: linkId, digest });
    },
    grant: async (subject: { groupId: string } | { userId: string }, permissions: string[]) => {
      const set = await domain.permissionSets.create(operator, { name: `Set ${uuid()}`, permissions });
      return domain.grants.grant(operator, { permissionSetId: set.id, ...subject });
    },
    /** To a group that a directory fills, as somebody who knows it. */
    grantLinked: async (groupId: string, permissions: string[]) => {
      const set = await domain.permissionSets.create(operator, { name: `Set ${uuid()}`, permissions });
      const confirmed = { permissionSetId: set.id, groupId, confirmsDirectoryMembership: true };
      return domain.grants.grant(operator, confirmed);
    },
    builtIn: async (name: string) => {
      const sets = (await domain.permissionSets.list(operator, {})).items;
      return sets.find((set) => set.builtIn === name)?.id ?? '';
    },
    mayDo: (userId: string) => domain.access.effectivePermissions(operator, userId),
  };
}
