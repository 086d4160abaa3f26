import { Migration } from '@mikro-orm/migrations';

/** The schemas that organizations declare, and the key of values that must be unique. */
export class CustomSchemas extends Migration {
  override up(): void {
    for (const sql of [...tables, ...policies]) this.addSql(sql);
  }

  override down(): void {
    for (const sql of undone) this.addSql(sql);
  }
}

const tables = [
  `create table "custom_schemas" ("organization_id" uuid not null, "id" uuid not null, "resource_type" text not null, "urn" text not null, "urn_key" text not null, "name" text not null, "description" text not null, "attributes" jsonb not null, "is_settled" boolean not null default false, "version" int not null, "created_at" timestamptz not null, "updated_at" timestamptz not null, primary key ("organization_id", "id"), constraint custom_schemas_resource_type_check check (resource_type in ('User', 'Group')))`,
  `alter table "custom_schemas" add constraint "custom_schemas_urn_key" unique ("organization_id", "urn_key")`,
  `alter table "directories" add "schemas_version" int not null default 0`,
  `alter table "organizations" add "schemas_version" int not null default 0`,
  `alter table "directory_user_keys" add "is_unique" boolean not null default false`,
  `create unique index "directory_user_keys_unique_key" on "directory_user_keys" ("organization_id", "directory_id", "attribute", "key") where (is_unique)`,
];

const policies = [
  `alter table "custom_schemas" enable row level security`,
  `alter table "custom_schemas" force row level security`,
  `create policy "own_organization" on "custom_schemas" using ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid)) with check ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid))`,
];

const undone = [
  `drop index "directory_user_keys_unique_key"`,
  `alter table "directory_user_keys" drop column "is_unique"`,
  `alter table "organizations" drop column "schemas_version"`,
  `alter table "directories" drop column "schemas_version"`,
  `drop table if exists "custom_schemas" cascade`,
];
