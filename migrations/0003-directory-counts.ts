import { Migration } from '@mikro-orm/migrations';

/**
 * How many records a directory has, and indexes for lists: by directory in the order of making, and by manager. The counts of
 * what is there already are taken here, for which the owner has to see it.
 */
export class DirectoryCounts extends Migration {
  override up(): void {
    for (const sql of done) this.addSql(sql);
  }

  override down(): void {
    for (const sql of undone) this.addSql(sql);
  }
}

const done = [
  `create table "directory_counts" ("organization_id" uuid not null, "directory_id" uuid not null, "resource_type" text not null, "id" uuid not null, "difference" int not null, primary key ("organization_id", "directory_id", "resource_type", "id"))`,
  `create index "directory_users_directory_index" on "directory_users" ("organization_id", "directory_id", "id")`,
  `create index "directory_users_manager_index" on "directory_users" ("organization_id", "directory_id", "manager_id") where (manager_id is not null)`,
  `create index "directory_groups_directory_index" on "directory_groups" ("organization_id", "directory_id", "id")`,
  `alter table "directory_users" no force row level security`,
  `alter table "directory_groups" no force row level security`,
  `insert into "directory_counts" ("organization_id", "directory_id", "resource_type", "id", "difference") select organization_id, directory_id, 'User', directory_id, count(*) from "directory_users" group by organization_id, directory_id`,
  `insert into "directory_counts" ("organization_id", "directory_id", "resource_type", "id", "difference") select organization_id, directory_id, 'Group', directory_id, count(*) from "directory_groups" group by organization_id, directory_id`,
  `alter table "directory_users" force row level security`,
  `alter table "directory_groups" force row level security`,
  `alter table "directory_counts" enable row level security`,
  `alter table "directory_counts" force row level security`,
  `create policy "own_organization" on "directory_counts" using ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid)) with check ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid))`,
];

const undone = [
  `drop table if exists "directory_counts" cascade`,
  `drop index "directory_users_directory_index"`,
  `drop index "directory_users_manager_index"`,
  `drop index "directory_groups_directory_index"`,
];
