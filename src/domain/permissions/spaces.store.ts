import { prepared, statement } from '../../database/statement.ts';
import { OrderedList } from '../ordered-list.ts';

export interface SpaceRow {
  id: string;
  name: string;
  externalId: string | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export type SpaceOrderField = 'createdAt' | 'name';

const COLUMNS = `s.id, s.name, s.external_id as "externalId", s.version, s.created_at as "createdAt",
  s.updated_at as "updatedAt"`;

export const selectSpaces = prepared<SpaceRow>(
  'spaces_get',
  `select ${COLUMNS} from unnest($2::uuid[]) as asked(id)
     join spaces s on s.organization_id = $1 and s.id = asked.id`,
);

export const spaceList = new OrderedList<SpaceRow, SpaceOrderField, 'search' | 'externalId'>({
  columns: COLUMNS,
  from: 'spaces s',
  where: 's.organization_id = $1',
  id: 's.id',
  orders: { name: { sql: 's.name_key' } },
  filters: {
    // `^@` may use an index under row-level security, unlike LIKE.
    search: (prefix) => `s.name_key ^@ ${prefix}::text`,
    externalId: (externalId) => `s.external_id = ${externalId}`,
  },
});

/** For a change of the space itself, and against grants on it meanwhile. */
export const lockSpace = statement<SpaceRow>(
  `select ${COLUMNS} from spaces s where s.organization_id = $1 and s.id = $2 for update`,
);

/** For a grant on the space, which must not go meanwhile. */
export const holdSpace = statement<{ id: string }>(
  'select id from spaces where organization_id = $1 and id = $2 for share',
);

export const insertSpace = statement<SpaceRow>(
  `insert into spaces as s (organization_id, id, name, name_key, external_id, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, 1, $6, $6) returning ${COLUMNS}`,
);

export const updateSpace = statement<SpaceRow>(
  `update spaces s set name = $3, name_key = $4, external_id = $5, version = version + 1, updated_at = $6
    where s.organization_id = $1 and s.id = $2 returning ${COLUMNS}`,
);

export const deleteSpace = statement<never>('delete from spaces where organization_id = $1 and id = $2');
