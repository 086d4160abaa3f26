import type { Actor } from '../../domain/actors/actor.ts';
import type { Domain } from '../../domain/domain.ts';
import type { GroupRow } from '../../domain/groups/groups.store.ts';
import type { PermissionSetRow } from '../../domain/permissions/permission-sets.store.ts';
import { allItems } from '../all-items.ts';
import type { Narrator } from './narrator.ts';

const editorPermissions = ['content:edit', 'content:view', 'playlists:edit', 'schedules:manage', 'screens:publish'];
const manualMembers = [
  { userName: 'grace.holm@acme.example', displayName: 'Grace Holm' },
  { userName: 'tomas.rivera@acme.example', displayName: 'Tomás Rivera' },
];

export interface Acme {
  operator: Actor;
  directoryId: string;
  token: string;
  apiKey: string;
}

/** Makes what the story starts from, or finds it from an earlier run; the token and the API key are new each time. */
export async function makeAcme(domain: Domain, narrator: Narrator): Promise<Acme> {
  narrator.step('A customer: Acme');
  const known = await domain.organizations.findBySlug('acme');
  const { id } = known ?? (await domain.organizations.create({ name: 'Acme', slug: 'acme' }));
  const operator: Actor = { kind: 'operator', organizationId: id };
  await domain.organizations.update(operator, { plan: 'enterprise', scimWithoutSso: true });
  narrator.did(
    known
      ? 'Acme is here from an earlier run, so the story goes on with it'
      : 'organization Acme, slug acme, on the enterprise plan',
  );
  narrator.did('"SSO before SCIM" is lifted for it: the demo has no sign-in to set up');
  const sets = await allItems((page) => domain.permissionSets.list(operator, page));
  await makeMarketing(domain, operator, sets, narrator);
  await makeAdministrators(domain, operator, sets, narrator);
  const directoryId = await findOrConnect(domain, operator);
  const { token } = await domain.scimTokens.create(operator, { directoryId });
  narrator.did(`directory "Microsoft Entra ID" with a ${known ? 'fresh ' : ''}SCIM token`);
  const owner = builtIn(sets, 'owner');
  const { key } = await domain.apiKeys.create(operator, { name: 'Demo', permissionSetId: owner.id });
  return { operator, directoryId, token, apiKey: key };
}

async function makeMarketing(
  domain: Domain,
  operator: Actor,
  sets: readonly PermissionSetRow[],
  narrator: Narrator,
): Promise<void> {
  const group = await findOrMakeGroup(domain, operator, 'Marketing');
  const set =
    sets.find((candidate) => candidate.name === 'Content editors') ??
    (await domain.permissionSets.create(operator, { name: 'Content editors', permissions: editorPermissions }));
  await domain.grants.grant(operator, { permissionSetId: set.id, groupId: group.id });
  // A group that a directory fills takes nobody by hand any more.
  if (!group.isLinked) await domain.groups.addMembers(operator, group.id, await manualUserIds(domain, operator));
  narrator.did(`group Marketing with the permission set "${set.name}": ${set.permissions.join(', ')}`);
  narrator.did(`in it by hand: ${manualMembers.map((member) => member.displayName).join(' and ')}`);
}

async function makeAdministrators(
  domain: Domain,
  operator: Actor,
  sets: readonly PermissionSetRow[],
  narrator: Narrator,
): Promise<void> {
  const group = await findOrMakeGroup(domain, operator, 'Administrators');
  const admin = builtIn(sets, 'admin');
  // Once the link is approved the group is the directory's, and a later run grants what it has already.
  const grant = { permissionSetId: admin.id, groupId: group.id, confirmsDirectoryMembership: true };
  await domain.grants.grant(operator, grant);
  const sensitive = admin.permissions.filter((name) => domain.catalogue.find(name)?.isSensitive);
  narrator.did(
    `group Administrators with the built-in set "${admin.name}": ${admin.permissions.length} permissions, ${sensitive.length} of them sensitive`,
  );
}

async function findOrMakeGroup(domain: Domain, operator: Actor, name: string): Promise<GroupRow> {
  const found = await allItems((page) => domain.groups.list(operator, page, { search: name }));
  return found.find((group) => group.name === name) ?? domain.groups.create(operator, { name });
}

async function manualUserIds(domain: Domain, operator: Actor): Promise<string[]> {
  const ids: string[] = [];
  for (const member of manualMembers) {
    const { items } = await domain.users.list(operator, {}, { search: member.userName });
    const [user = await domain.users.create(operator, { ...member, email: member.userName })] = items;
    ids.push(user.id);
  }
  return ids;
}

async function findOrConnect(domain: Domain, operator: Actor): Promise<string> {
  const name = 'Microsoft Entra ID';
  const directories = await allItems((page) => domain.directories.list(operator, page));
  const found = directories.find((directory) => directory.name === name);
  return (found ?? (await domain.directories.create(operator, { name }))).id;
}

function builtIn(sets: readonly PermissionSetRow[], name: 'owner' | 'admin'): PermissionSetRow {
  const set = sets.find((candidate) => candidate.builtIn === name);
  if (!set) throw new Error(`Acme has no ${name} set.`);
  return set;
}
