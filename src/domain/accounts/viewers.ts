import type { Database } from '../../database/database.ts';
import { prepared, statement } from '../../database/statement.ts';
import type { UserActor } from '../actors/actor.ts';
import { groupPathsOf } from '../groups/effective-members.ts';
import { type OrganizationRow, selectOrganization } from '../organizations/organizations.store.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { permissionVersionOf } from '../permissions/permission-version.ts';

export interface OwnGroup {
  id: string;
  name: string;
}

const selectOwnGroups = prepared<OwnGroup>(
  'viewer_groups',
  `select g.id, g.name from (select distinct group_id from (${groupPathsOf('$2::uuid')}) path) own
    cross join lateral (
      select * from groups og where og.organization_id = $1 and og.id = own.group_id offset 0) g
    order by g.name_key, g.id`,
);
const selectConnectionName = statement<{ name: string }>(
  'select name from connections where organization_id = $1 and id = $2',
);

/** What everybody who is signed in may read of themselves, with or without a part in the administration. */
export class Viewers {
  readonly #database: Database;
  readonly #catalogue: PermissionCatalogue;

  constructor({ database, catalogue }: { database: Database; catalogue: PermissionCatalogue }) {
    this.#database = database;
    this.#catalogue = catalogue;
  }

  /** The organization in which they act. */
  async organization({ organizationId }: UserActor): Promise<OrganizationRow> {
    const [organization] = await this.#database.run(organizationId, selectOrganization);
    if (!organization) throw new Error('The organization of a session was not found.');
    return organization;
  }

  /** The groups they are in, by hand or through a directory, by name. */
  async groups({ organizationId, userId }: UserActor): Promise<OwnGroup[]> {
    return this.#database.run(organizationId, selectOwnGroups, userId);
  }

  /** Another one whenever what they may do changed, on the organization or on any space. */
  async permissionVersion({ organizationId, userId }: UserActor): Promise<string> {
    return permissionVersionOf(this.#database, this.#catalogue, { organizationId, userId });
  }

  /** The connection by which they signed in. */
  async connectionName({ organizationId }: Pick<UserActor, 'organizationId'>, id: string): Promise<string | null> {
    const [connection] = await this.#database.run(organizationId, selectConnectionName, id);
    return connection?.name ?? null;
  }
}
