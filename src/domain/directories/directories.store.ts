import { prepared, statement } from '../../database/statement.ts';
import { OrderedList } from '../ordered-list.ts';
import type { DirectoryStatus, GroupMatchAttribute } from './directory.entity.ts';

export interface DirectoryRow {
  id: string;
  name: string;
  status: DirectoryStatus;
  matchesGroupsBy: GroupMatchAttribute;
  isStrict: boolean;
  /** Whose record decides the profile of a person whom several directories have: the lowest number, then the older one. */
  precedence: number;
  /** False while what a new status or precedence means for the records is still being carried out. */
  isSettled: boolean;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export const DIRECTORY_COLUMNS = `d.id, d.name, d.status, d.matches_groups_by as "matchesGroupsBy", d.is_strict as "isStrict", d.precedence,
  d.is_settled as "isSettled", d.version, d.created_at as "createdAt", d.updated_at as "updatedAt"`;

/** The organization is held, so that its schemas do not change between the reading of their version and the commit. */
export const insertDirectory = statement<DirectoryRow>(
  `insert into directories as d (organization_id, id, name, status, matches_groups_by, is_strict, precedence, version,
                                 created_at, updated_at, schemas_version)
   select $1, $2, $3, $4, $5, $6, $7, 1, $8, $8, o.schemas_version
     from organizations o where o.organization_id = $1 for share of o returning ${DIRECTORY_COLUMNS}`,
);
export const insertAddress = statement<never>(
  'insert into directory_addresses (directory_id, organization_id) values ($2, $1)',
);
// The addresses are global, so `$1` is no organization here.
export const lookUpAddress = prepared<{ organizationId: string }>(
  'directory_address_look_up',
  'select organization_id as "organizationId" from directory_addresses where directory_id = $1',
);
export const updateDirectory = statement<DirectoryRow>(
  `update directories d
      set name = $3, matches_groups_by = $4, is_strict = $5, precedence = $6, is_settled = $7, version = version + 1,
          updated_at = $8
    where d.organization_id = $1 and d.id = $2 returning ${DIRECTORY_COLUMNS}`,
);
export const getDirectory = statement<DirectoryRow>(
  `select ${DIRECTORY_COLUMNS} from directories d where d.organization_id = $1 and d.id = $2`,
);
export const lockDirectory = statement<DirectoryRow>(`${getDirectory.text} for update`);
export const getDirectories = statement<DirectoryRow>(
  `select ${DIRECTORY_COLUMNS} from directories d where d.organization_id = $1 and d.id = any($2::uuid[])`,
);
export type DirectoryOrderField = 'createdAt' | 'name' | 'precedence';

/** Of few items, so that its orders need no index. */
export const directoryList = new OrderedList<DirectoryRow, DirectoryOrderField, 'statuses'>({
  columns: DIRECTORY_COLUMNS,
  from: 'directories d',
  where: 'd.organization_id = $1',
  id: 'd.id',
  orders: { name: { sql: 'lower(d.name)' }, precedence: { sql: 'd.precedence', type: 'integer' } },
  filters: { statuses: (statuses) => `d.status = any(${statuses}::text[])` },
});
export const rekeyGroups = statement<never>(
  `update directory_groups set unique_name_key = case when $3 = 'displayName' then display_name_key end
    where organization_id = $1 and directory_id = $2`,
);

/** `$3` status, `$4` whether nothing is left to carry out. */
export const setStatus = statement<DirectoryRow>(
  `update directories d set status = $3, is_settled = $4, version = version + 1, updated_at = $5
    where d.organization_id = $1 and d.id = $2 returning ${DIRECTORY_COLUMNS}`,
);
