import { prepared, statement, wide } from '../../database/statement.ts';
import type { CustomResourceType } from './custom-schema.entity.ts';
import type { DeclaredAttribute } from './custom-schema-definition.ts';

export interface CustomSchemaRow {
  id: string;
  resourceType: CustomResourceType;
  urn: string;
  name: string;
  description: string;
  attributes: DeclaredAttribute[];
  isSettled: boolean;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const COLUMNS = `s.id, s.resource_type as "resourceType", s.urn, s.name, s.description, s.attributes,
  s.is_settled as "isSettled", s.version, s.created_at as "createdAt", s.updated_at as "updatedAt"`;

/** The schemas of the organization in the order of their making, with the number that each change of them raises. */
export const declaredSchemas = prepared<
  { schemasVersion: number } & { [Column in keyof CustomSchemaRow]: CustomSchemaRow[Column] | null }
>(
  'custom-schemas-declared',
  `select o.schemas_version as "schemasVersion", ${COLUMNS}
     from organizations o left join custom_schemas s on s.organization_id = $1
    where o.organization_id = $1 order by s.id`,
);

export const getSchemas = statement<CustomSchemaRow>(
  `select ${COLUMNS} from custom_schemas s where s.organization_id = $1 and s.id = any($2::uuid[])`,
);

export const listSchemas = statement<CustomSchemaRow>(
  `select ${COLUMNS} from custom_schemas s where s.organization_id = $1 order by s.id`,
);

/** One change of the schemas after the other. Answers the number of the next state. */
export const lockSchemas = statement<{ next: number; count: number }>(
  `select o.schemas_version + 1 as next,
          (select count(*) from custom_schemas s where s.organization_id = $1) as count
     from organizations o where o.organization_id = $1 for update of o`,
);

/** Writes that go by the schemas hold their directory `for key share`: they have committed when this has. */
export const lockDirectories = statement<{ id: string }>(
  'select id from directories where organization_id = $1 order by id for update',
);

export const setVersion = statement<never>(
  `with organization as (update organizations set schemas_version = $2 where organization_id = $1)
   update directories set schemas_version = $2 where organization_id = $1`,
);

export const lockSchema = statement<CustomSchemaRow>(
  `select ${COLUMNS} from custom_schemas s where s.organization_id = $1 and s.id = $2 for update`,
);

export const insertSchema = statement<CustomSchemaRow>(
  `insert into custom_schemas as s (organization_id, id, resource_type, urn, urn_key, name, description, attributes,
                                    is_settled, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, false, 1, $9, $9) returning ${COLUMNS}`,
);

export const updateSchema = statement<CustomSchemaRow>(
  `update custom_schemas s
      set name = $3, description = $4, attributes = $5, is_settled = $6, version = version + 1, updated_at = $7
    where s.organization_id = $1 and s.id = $2 returning ${COLUMNS}`,
);

export const deleteSchema = statement<never>('delete from custom_schemas where organization_id = $1 and id = $2');

/** Only over the state that was carried over; a change meanwhile has its own to carry. */
export const markSettled = statement<CustomSchemaRow>(
  `update custom_schemas s set is_settled = true
    where s.organization_id = $1 and s.id = $2 and s.version = $3 returning ${COLUMNS}`,
);

export const unsettledSchemas = statement<CustomSchemaRow>(
  `select ${COLUMNS} from custom_schemas s where s.organization_id = $1 and not s.is_settled order by s.id`,
);

export const deleteKeys = wide<never>(
  'delete from directory_user_keys where organization_id = $1 and attribute = any($2::text[])',
);

/** Which of these keys another user of the directory has. */
export const takenKeys = statement<{ attribute: string }>(
  `select k.attribute from jsonb_to_recordset($4::jsonb) as asked(attribute text, key text)
     join directory_user_keys k
       on k.organization_id = $1 and k.directory_id = $2 and k.attribute = asked.attribute and k.key = asked.key
      and k.is_unique and k.directory_user_id <> $3
    order by k.attribute limit 1`,
);

/** A record that has an extension. */
export interface ExtendedRecord {
  id: string;
  directoryId: string;
  resource: Record<string, unknown>;
}

const tables = { User: 'directory_users', Group: 'directory_groups' } as const;

function idsOf(resourceType: CustomResourceType) {
  return wide<{ id: string }>(
    `select d.id from ${tables[resourceType]} d
      where d.organization_id = $1 and exists (select 1 from jsonb_object_keys(d.resource) key where lower(key) = $2)
      order by d.id`,
  );
}

/** All ids at once: to page through them would read the records anew for each page. `$2` is the URN in lower case. */
export const extendedIds = { User: idsOf('User'), Group: idsOf('Group') };

function recordsOf(resourceType: CustomResourceType) {
  return statement<ExtendedRecord>(
    `select d.id, d.directory_id as "directoryId", d.resource from ${tables[resourceType]} d
      where d.organization_id = $1 and d.id = any($2::uuid[])`,
  );
}

export const recordsById = { User: recordsOf('User'), Group: recordsOf('Group') };

function lockedOf(resourceType: CustomResourceType) {
  return statement<ExtendedRecord>(`${recordsById[resourceType].text} order by d.id for no key update`);
}

export const lockedRecords = { User: lockedOf('User'), Group: lockedOf('Group') };

function rewriteOf(resourceType: CustomResourceType) {
  return statement<{ id: string }>(
    `update ${tables[resourceType]} d set resource = $3::jsonb -> d.id::text, version = d.version + 1, updated_at = $4
      where d.organization_id = $1 and d.id = any($2::uuid[]) and $3::jsonb ? d.id::text
        and d.resource <> $3::jsonb -> d.id::text
     returning d.id`,
  );
}

/** `$2` the records, `$3` their documents by id: an array of ids is found by the primary key whatever is known of the table. */
export const rewriteRecords = { User: rewriteOf('User'), Group: rewriteOf('Group') };

/** `$2` the records, `$3` the attributes whose rows go. Asked for inside, the attribute would be what they are found by. */
export const clearKeys = statement<never>(
  `delete from directory_user_keys
    where organization_id = $1 and ctid = any(array(
      select k.ctid from unnest($2::uuid[]) record(id)
       cross join lateral (
         select k.ctid, k.attribute from directory_user_keys k
          where k.organization_id = $1 and k.directory_user_id = record.id offset 0) k
       where k.attribute = any($3::text[])))`,
);

/** Rows that a unique key keeps out are left out. */
export const insertKeys = statement<{ attribute: string }>(
  `insert into directory_user_keys (organization_id, directory_user_id, attribute, key, directory_id, is_unique)
   select $1, i."id", k.attribute, k.key, i."directoryId", k."isUnique" and not $3::boolean
     from jsonb_to_recordset($2::jsonb) as i("id" uuid, "directoryId" uuid, "keys" jsonb),
          jsonb_to_recordset(i."keys") as k(attribute text, key text, "isUnique" boolean)
   on conflict do nothing returning attribute`,
);
