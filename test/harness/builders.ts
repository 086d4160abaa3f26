import { v7 as uuid } from 'uuid';
import { foldKey } from '../../src/attributes/fold.ts';
import type { Database } from '../../src/database/database.ts';
import { statement } from '../../src/database/statement.ts';
import type { Actor } from '../../src/domain/actors/actor.ts';
import { ApiKeys } from '../../src/domain/actors/api-keys.ts';
import { CredentialHasher } from '../../src/domain/actors/credential.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { GroupRow } from '../../src/domain/groups/groups.store.ts';
import { Groups } from '../../src/domain/groups/groups.ts';
import type { LinkState } from '../../src/domain/links/link.entity.ts';
import { OrganizationLifeCycle } from '../../src/domain/organizations/organization-life-cycle.ts';
import { OrganizationSlugs } from '../../src/domain/organizations/organization-slugs.ts';
import type { OrganizationRow } from '../../src/domain/organizations/organizations.store.ts';
import { type CreateOrganization, Organizations } from '../../src/domain/organizations/organizations.ts';
import { Access } from '../../src/domain/permissions/access.ts';
import { PermissionCatalogue } from '../../src/domain/permissions/catalogue.ts';
import { Grants } from '../../src/domain/permissions/grants.ts';
import type { BuiltInSet } from '../../src/domain/permissions/permission-set.entity.ts';
import type { PermissionSetRow } from '../../src/domain/permissions/permission-sets.store.ts';
import { PermissionSets } from '../../src/domain/permissions/permission-sets.ts';
import type { SpaceRow } from '../../src/domain/permissions/spaces.store.ts';
import { Spaces } from '../../src/domain/permissions/spaces.ts';
import type { CreateUser } from '../../src/domain/users/user-profile.ts';
import type { UserRow } from '../../src/domain/users/users.store.ts';
import { Users } from '../../src/domain/users/users.ts';

export const TEST_SECRET_KEY = 'the secret key of the tests';

/** A product that shows screens: two plain permissions, one for every reader, one sensitive. */
export const testPermissions = [
  { name: 'screens:view', description: 'See screens.', sets: ['reader'] },
  { name: 'screens:publish', description: 'Publish to screens.' },
  { name: 'screens:edit', description: 'Change what screens show.' },
  { name: 'billing:pay', description: 'Pay invoices.', sensitive: true },
];

export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

/** A clock that stands still until a test moves it. */
export function aClock(): TestClock {
  let now = Date.UTC(2026, 0, 5, 9);
  return Object.assign(() => new Date(now), {
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
  });
}

export type Domain = ReturnType<typeof domainOf>;

/** The product half of the domain on a database, with a clock that the test moves. */
export function domainOf(database: Database, catalogue = new PermissionCatalogue(testPermissions)) {
  const clock = aClock();
  const parts = { database, clock, catalogue, hasher: new CredentialHasher(TEST_SECRET_KEY) };
  const permissionSets = new PermissionSets(parts);
  const apiKeys = new ApiKeys({ ...parts, permissionSets });
  return {
    ...parts,
    permissionSets,
    organizations: new Organizations({ ...parts, permissionSets }),
    organizationSlugs: new OrganizationSlugs(parts),
    organizationLifeCycle: new OrganizationLifeCycle({ ...parts, apiKeys }),
    users: new Users(parts),
    groups: new Groups(parts),
    grants: new Grants({ ...parts, permissionSets }),
    spaces: new Spaces(parts),
    access: new Access(parts),
    apiKeys,
  };
}

let made = 0;
function next(): number {
  made += 1;
  return made;
}

export interface TestOrganization {
  organization: OrganizationRow;
  /** The operator inside this organization, who may do everything. */
  operator: Actor;
}

export async function anOrganization(
  domain: Domain,
  overrides: Partial<CreateOrganization> = {},
): Promise<TestOrganization> {
  const number = next();
  const input = { name: `Organization ${number}`, slug: `organization-${number}`, ...overrides };
  const organization = await domain.organizations.create(input);
  return { organization, operator: { kind: 'operator', organizationId: organization.id } };
}

/** An actor with exactly these permissions, as an API key has them. */
export function anActor(organizationId: string, permissions: string[] = []): Actor {
  return { kind: 'apiKey', organizationId, id: uuid(), name: 'a key', permissions: new Set(permissions) };
}

/** A manual user. */
export async function aUser(
  domain: Domain,
  { operator }: TestOrganization,
  overrides: Partial<CreateUser> = {},
): Promise<UserRow> {
  return domain.users.create(operator, { userName: `user-${next()}@acme.example`, ...overrides });
}

export async function aGroup(
  domain: Domain,
  { operator }: TestOrganization,
  overrides: { name?: string; description?: string; members?: UserRow[] } = {},
): Promise<GroupRow> {
  const { members = [], ...text } = overrides;
  const group = await domain.groups.create(operator, { name: `Group ${next()}`, ...text });
  if (members.length === 0) return group;
  return domain.groups.addMembers(
    operator,
    group.id,
    members.map((member) => member.id),
  );
}

export async function aPermissionSet(
  domain: Domain,
  { operator }: TestOrganization,
  permissions: string[],
  name = `Set ${next()}`,
): Promise<PermissionSetRow> {
  return domain.permissionSets.create(operator, { name, permissions });
}

export async function builtInSet(
  domain: Domain,
  { operator }: TestOrganization,
  name: BuiltInSet,
): Promise<PermissionSetRow> {
  const { items } = await domain.permissionSets.list(operator, {});
  const set = items.find((item) => item.builtIn === name);
  if (!set) throw new Error(`The organization has no ${name} set.`);
  return set;
}

/** A set of these permissions, granted to the group or user. */
export async function aGrant(
  domain: Domain,
  organization: TestOrganization,
  subject: { groupId: string } | { userId: string },
  permissions: string[],
) {
  const set = await aPermissionSet(domain, organization, permissions);
  return domain.grants.grant(organization.operator, { permissionSetId: set.id, ...subject });
}

/** A space of this name. */
export async function aSpace(
  domain: Domain,
  { operator }: TestOrganization,
  name = `Space ${next()}`,
): Promise<SpaceRow> {
  return domain.spaces.create(operator, { name });
}

/** Gives the set to every active user of the organization. */
export async function setDefault(domain: Domain, { operator }: TestOrganization, permissionSetId: string | null) {
  return domain.organizations.update(operator, { defaultPermissionSetId: permissionSetId });
}

const insertDirectory = statement<never>(
  `insert into directories (organization_id, id, name, status, matches_groups_by, is_strict, version, created_at, updated_at)
   values ($1, $2, 'Entra', 'active', 'displayName', false, 1, $3, $3)`,
);
const insertDirectoryUser = statement<never>(
  `insert into directory_users (organization_id, id, directory_id, user_name_key, active, resource, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, 1, $7, $7)`,
);
const insertUserLink = statement<never>(
  `insert into user_links (organization_id, id, directory_user_id, user_id, state, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, 1, $6, $6)`,
);
const insertProvisionedUser = statement<never>(
  `insert into users (organization_id, id, user_name, user_name_key, is_manual, version, created_at, updated_at)
   values ($1, $2, $3, $4, false, 1, $5, $5)`,
);
const insertDirectoryGroup = statement<never>(
  `insert into directory_groups (organization_id, id, directory_id, display_name_key, resource, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, 1, $6, $6)`,
);
const insertDirectoryMembers = statement<never>(
  `insert into directory_group_members (organization_id, directory_group_id, directory_user_id)
   select $1, $2, unnest($3::uuid[])`,
);
const insertGroupLink = statement<never>(
  `insert into group_links (organization_id, id, directory_group_id, group_id, state, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, 1, $6, $6)`,
);

export interface DirectoryUserFacts {
  userName?: string;
  active?: boolean;
  /** The user it is linked to; without one a user is made by the directory. */
  user?: UserRow;
  linkState?: LinkState;
}

/** The rows of a person as a directory pushed them, with the user they are linked to. Written as rows, below every rule. */
export async function aDirectoryUser(
  domain: Domain,
  { operator }: TestOrganization,
  facts: DirectoryUserFacts = {},
): Promise<{ directoryUserId: string; user: UserRow }> {
  const { userName = `person-${next()}@acme.example`, active = true, linkState = 'active' } = facts;
  const directoryUserId = uuid();
  const userId = facts.user?.id ?? uuid();
  const at = domain.clock();
  await domain.database.transaction(operator.organizationId, async (transaction) => {
    const resource = JSON.stringify({ userName, active });
    const directoryId = uuid();
    await transaction.rows(insertDirectory, directoryId, at);
    await transaction.rows(insertDirectoryUser, directoryUserId, directoryId, foldKey(userName), active, resource, at);
    if (!facts.user) await transaction.rows(insertProvisionedUser, userId, userName, foldKey(userName), at);
    await transaction.rows(insertUserLink, uuid(), directoryUserId, userId, linkState, at);
  });
  return { directoryUserId, user: await domain.users.get(operator, userId) };
}

/** The rows of a directory group with its members, linked to a group of the product. Written as rows, below every rule. */
export async function aDirectoryGroup(
  domain: Domain,
  { operator }: TestOrganization,
  facts: { group: GroupRow; displayName?: string; memberIds?: string[]; linkState?: LinkState },
): Promise<{ directoryGroupId: string; linkId: string }> {
  const { group, displayName = group.name, memberIds = [], linkState = 'active' } = facts;
  const directoryGroupId = uuid();
  const linkId = uuid();
  const at = domain.clock();
  await domain.database.transaction(operator.organizationId, async (transaction) => {
    const resource = JSON.stringify({ displayName });
    const directoryId = uuid();
    await transaction.rows(insertDirectory, directoryId, at);
    await transaction.rows(insertDirectoryGroup, directoryGroupId, directoryId, foldKey(displayName), resource, at);
    await transaction.rows(insertDirectoryMembers, directoryGroupId, memberIds);
    await transaction.rows(insertGroupLink, linkId, directoryGroupId, group.id, linkState, at);
  });
  return { directoryGroupId, linkId };
}

export interface RecordedEvent {
  type: string;
  subjectId: string;
  actor: Record<string, unknown>;
  data: Record<string, unknown>;
}

const selectEvents = statement<RecordedEvent>(
  `select type, subject_id as "subjectId", actor, data from domain_events where organization_id = $1 order by id`,
);

/** The domain events of an organization, oldest first; of one subject where it is named. */
export async function eventsOf(
  domain: Domain,
  { organization }: TestOrganization,
  subjectId?: string,
): Promise<RecordedEvent[]> {
  const events = await domain.database.run(organization.id, selectEvents);
  return subjectId === undefined ? events : events.filter((event) => event.subjectId === subjectId);
}
