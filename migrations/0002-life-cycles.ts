import { Migration } from '@mikro-orm/migrations';

/**
 * Tombstones, held rows, spaces, refused calls, erasures and the look of slugs. What is filled in from rows that are there
 * needs the owner to see them, for that moment.
 */
export class LifeCycles extends Migration {
  override up(): void {
    for (const sql of [...tables, ...foreignKeys]) this.addSql(sql);
  }

  override down(): void {
    for (const sql of undone) this.addSql(sql);
  }
}

const tables = [
  `create table "group_tombstones" ("organization_id" uuid not null, "directory_id" uuid not null, "external_id" text not null, "group_id" uuid null, "state" text not null, "decided_by" jsonb null, "decided_at" timestamptz null, "grants_digest" text not null, "deleted_at" timestamptz not null, primary key ("organization_id", "directory_id", "external_id"))`,
  `create table "organization_erasures" ("organization_id" uuid not null, "slugs" jsonb not null, "deleted_counts" jsonb not null, "begun_at" timestamptz not null, "erased_at" timestamptz null, primary key ("organization_id"))`,
  `create table "refused_calls" ("organization_id" uuid not null, "directory_id" uuid not null, "hour" timestamptz not null, "reason" text not null, "address" text not null, "token_hint" text null, "count" int not null, "last_method" text not null, "last_path" text not null, "first_at" timestamptz not null, "last_at" timestamptz not null, primary key ("organization_id", "directory_id", "hour", "reason", "address"))`,
  `create table "slug_skeletons" ("skeleton" text not null, "organization_id" uuid not null, primary key ("skeleton"))`,
  `create table "spaces" ("organization_id" uuid not null, "id" uuid not null, "name" text not null, "name_key" text not null, "external_id" text null, "version" int not null, "created_at" timestamptz not null, "updated_at" timestamptz not null, primary key ("organization_id", "id"))`,
  `alter table "spaces" add constraint "spaces_name_key" unique ("organization_id", "name_key")`,
  `alter table "spaces" add constraint "spaces_external_id_key" unique ("organization_id", "external_id")`,
  `alter table "group_links" drop constraint "group_links_group_fkey"`,
  `alter table "directories" add "precedence" int not null default 1, add "is_settled" boolean not null default true`,
  `alter table "directory_users" add "is_held" boolean not null default false`,
  `alter table "directory_group_members" add "is_held" boolean not null default false, add "provisioning_event_id" uuid null`,
  `alter table "group_links" add "decided_at" timestamptz null, add "provisioning_event_id" uuid null, add "earlier" jsonb null`,
  `alter table "group_links" alter column "group_id" drop not null`,
  `alter table "group_links" add constraint "group_links_target_check" check (state <> 'active' or group_id is not null)`,
  `alter table "organizations" add "default_permission_set_id" uuid null, add "inactivity_days" int not null default 30, add "closes_at" timestamptz null`,
  `create index "provisioning_events_directory_index" on "provisioning_events" ("organization_id", "directory_id", "id")`,
  `alter table "provisioning_events" add "is_failure" boolean not null default false`,
  `create index "provisioning_events_failures_index" on "provisioning_events" ("organization_id", "directory_id", "id") where (is_failure)`,
  `alter table "provisioning_events" no force row level security`,
  `update "provisioning_events" set is_failure = true where outcome !~ '^(user|users|group|groups|serviceProviderConfig|resourceType|resourceTypes|schema|schemas|events)(Created|Updated|Unchanged|Reactivated|Deactivated|Deleted|MembersChanged|Read|Dropped)$'`,
  `alter table "provisioning_events" force row level security`,
  `alter table "users" add "inactive_since" timestamptz null`,
  `alter table "users" no force row level security`,
  `alter table "user_links" no force row level security`,
  `alter table "directory_users" no force row level security`,
  `update "users" u set inactive_since = u.updated_at where not u.is_manual and u.removed_at is null and not exists (select 1 from "user_links" l join "directory_users" d on d.organization_id = l.organization_id and d.id = l.directory_user_id where l.organization_id = u.organization_id and l.user_id = u.id and l.state = 'active' and d.active)`,
  `alter table "users" force row level security`,
  `alter table "user_links" force row level security`,
  `alter table "directory_users" force row level security`,
  `create index "users_inactive_index" on "users" ("organization_id", "inactive_since") where (inactive_since is not null)`,
  `alter table "group_members" add "added_by" jsonb null`,
  `alter table "grants" add "space_id" uuid null`,
  `create index "grants_space_index" on "grants" ("organization_id", "space_id")`,
  `alter table "grants" add constraint "grants_group_space_key" unique ("organization_id", "group_id", "permission_set_id", "space_id")`,
  `alter table "grants" add constraint "grants_user_space_key" unique ("organization_id", "user_id", "permission_set_id", "space_id")`,
  `alter table "grants" drop constraint "grants_group_key"`,
  `alter table "grants" drop constraint "grants_user_key"`,
  `create unique index "grants_group_key" on "grants" ("organization_id", "group_id", "permission_set_id") where (space_id is null)`,
  `create unique index "grants_user_key" on "grants" ("organization_id", "user_id", "permission_set_id") where (space_id is null)`,
  `alter table "user_links" add "decided_at" timestamptz null, add "provisioning_event_id" uuid null`,
  `drop index "user_links_directory_user_key"`,
  `create unique index "user_links_directory_user_key" on "user_links" ("organization_id", "directory_user_id", (case when state <> 'superseded'::text then true end))`,
  `create index "user_links_waiting_index" on "user_links" ("organization_id", "state", "id") where (state <> all (array['active'::text, 'superseded'::text]))`,
  `alter table "group_tombstones" add constraint "group_tombstones_state_check" check (state in ('active', 'pending', 'rejected', 'out_of_scope', 'conflict', 'removed_in_product', 'superseded'))`,
  `alter table "group_tombstones" enable row level security`,
  `alter table "group_tombstones" force row level security`,
  `create policy "own_organization" on "group_tombstones" using ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid)) with check ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid))`,
  `alter table "refused_calls" enable row level security`,
  `alter table "refused_calls" force row level security`,
  `create policy "own_organization" on "refused_calls" using ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid)) with check ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid))`,
  `alter table "spaces" enable row level security`,
  `alter table "spaces" force row level security`,
  `create policy "own_organization" on "spaces" using ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid)) with check ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid))`,
  `insert into "slug_skeletons" ("skeleton", "organization_id") select distinct on (1) replace(replace(replace(replace(replace(slug, '-', ''), '0', 'o'), '1', 'l'), 'rn', 'm'), 'vv', 'w'), organization_id from "organization_slugs" order by 1, created_at`,
];

const foreignKeys = [
  `alter table "group_links" add constraint "group_links_group_fkey" foreign key ("organization_id", "group_id") references "groups" ("organization_id", "id") on update no action on delete no action`,
  `alter table "grants" add constraint "grants_space_fkey" foreign key ("organization_id", "space_id") references "spaces" ("organization_id", "id") on update no action on delete no action`,
];

const undone = [
  `delete from "grants" where space_id is not null`,
  `delete from "group_links" where group_id is null`,
  `drop index "grants_group_key"`,
  `drop index "grants_user_key"`,
  `alter table "grants" drop constraint "grants_space_fkey"`,
  `drop table if exists "group_tombstones" cascade`,
  `drop table if exists "organization_erasures" cascade`,
  `drop table if exists "refused_calls" cascade`,
  `drop table if exists "slug_skeletons" cascade`,
  `drop table if exists "spaces" cascade`,
  `alter table "group_links" drop constraint "group_links_group_fkey"`,
  `alter table "directories" drop column "precedence", drop column "is_settled"`,
  `alter table "directory_group_members" drop column "is_held", drop column "provisioning_event_id"`,
  `alter table "directory_users" drop column "is_held"`,
  `drop index "grants_space_index"`,
  `alter table "grants" drop constraint "grants_group_space_key"`,
  `alter table "grants" drop constraint "grants_user_space_key"`,
  `alter table "grants" drop column "space_id"`,
  `alter table "group_links" drop constraint "group_links_target_check"`,
  `alter table "group_links" drop column "decided_at", drop column "provisioning_event_id", drop column "earlier"`,
  `alter table "group_links" alter column "group_id" set not null`,
  `alter table "group_links" add constraint "group_links_group_fkey" foreign key ("organization_id", "group_id") references "groups" ("organization_id", "id") on update no action on delete cascade`,
  `alter table "group_members" drop column "added_by"`,
  `alter table "organizations" drop column "default_permission_set_id", drop column "inactivity_days", drop column "closes_at"`,
  `drop index "provisioning_events_directory_index"`,
  `drop index "provisioning_events_failures_index"`,
  `alter table "provisioning_events" drop column "is_failure"`,
  `drop index "user_links_directory_user_key"`,
  `create unique index "user_links_directory_user_key" on "user_links" ("organization_id", "directory_user_id") where (state <> 'superseded'::text)`,
  `drop index "user_links_waiting_index"`,
  `alter table "user_links" drop column "decided_at", drop column "provisioning_event_id"`,
  `drop index "users_inactive_index"`,
  `alter table "users" drop column "inactive_since"`,
  `alter table "grants" add constraint "grants_group_key" unique ("organization_id", "group_id", "permission_set_id")`,
  `alter table "grants" add constraint "grants_user_key" unique ("organization_id", "user_id", "permission_set_id")`,
];
