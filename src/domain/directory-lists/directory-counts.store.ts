import { prepared, statement } from '../../database/statement.ts';

/** How many records each of the resource types `$3` of the directory `$2` has, and in how many rows that is written. */
export const countRecords = prepared<{ resourceType: 'User' | 'Group'; total: number; rows: number }>(
  'directory-counts-sum',
  `select c.resource_type as "resourceType", sum(c.difference) as total, count(*) as rows
     from directory_counts c
    where c.organization_id = $1 and c.directory_id = $2 and c.resource_type = any($3::text[])
    group by c.resource_type`,
);

/**
 * Makes one row of the rows of a directory; `$2` is the directory, null for all, `$3` the id of the new rows. Rows that
 * somebody else folds at this moment are left to them, so that each counts once.
 */
export const foldCounts = statement<never>(
  `with folded as (
     select ctid as place, directory_id, resource_type, difference from directory_counts
      where organization_id = $1 and ($2::uuid is null or directory_id = $2) for update skip locked
   ), gone as (
     delete from directory_counts where organization_id = $1 and ctid = any(array(select place from folded))
   )
   insert into directory_counts (organization_id, directory_id, resource_type, id, difference)
   select $1, directory_id, resource_type, $3::uuid, sum(difference) from folded group by directory_id, resource_type`,
);

/**
 * Corrects the counts of an organization by its records: an earlier version of the service, which may run beside this one
 * during an upgrade, does not count. One statement sees both as they stood at one moment. `$2` is the id of the new rows.
 */
export const correctCounts = statement<never>(
  `insert into directory_counts (organization_id, directory_id, resource_type, id, difference)
   select $1, directory_id, resource_type, $2, sum(difference) from (
     select directory_id, 'User' as resource_type, count(*) as difference
       from directory_users where organization_id = $1 group by directory_id
     union all
     select directory_id, 'Group', count(*) from directory_groups where organization_id = $1 group by directory_id
     union all
     select directory_id, resource_type, -sum(difference)
       from directory_counts where organization_id = $1 group by directory_id, resource_type) counted
    group by directory_id, resource_type having sum(difference) <> 0`,
);
