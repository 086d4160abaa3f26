import { Migration } from '@mikro-orm/migrations';

/** OAuth clients with their secrets, workload identities, and the access tokens that both ask for. */
export class Oauth extends Migration {
  override up(): void {
    for (const sql of [...tables, ...policies, ...foreignKeys]) this.addSql(sql);
  }

  override down(): void {
    for (const sql of undone) this.addSql(sql);
  }
}

const tables = [
  `create table "oauth_clients" ("organization_id" uuid not null, "id" uuid not null, "directory_id" uuid not null, "client_id" text not null, "name" text not null, "scope" text not null, "created_by" jsonb not null, "created_at" timestamptz not null, "deleted_at" timestamptz null, primary key ("organization_id", "id"))`,
  `create index "oauth_clients_directory_index" on "oauth_clients" ("organization_id", "directory_id")`,
  `alter table "oauth_clients" add constraint "oauth_clients_client_id_key" unique ("organization_id", "client_id")`,
  `create table "oauth_client_secrets" ("organization_id" uuid not null, "id" uuid not null, "oauth_client_id" uuid not null, "hmac" text not null, "hint" text not null, "created_by" jsonb not null, "created_at" timestamptz not null, "expires_at" timestamptz not null, "revoked_at" timestamptz null, "last_used_at" timestamptz null, primary key ("organization_id", "id"))`,
  `create index "oauth_client_secrets_client_index" on "oauth_client_secrets" ("organization_id", "oauth_client_id")`,
  `alter table "oauth_client_secrets" add constraint "oauth_client_secrets_hmac_key" unique ("organization_id", "hmac")`,
  `create table "used_assertions" ("organization_id" uuid not null, "assertion_key" text not null, "expires_at" timestamptz not null, primary key ("organization_id", "assertion_key"))`,
  `create table "workload_identities" ("organization_id" uuid not null, "id" uuid not null, "directory_id" uuid not null, "client_id" text not null, "issuer" text not null, "jwks_uri" text null, "tenant_id" text not null, "audience" text not null, "subject" text not null, "authorized_party" text not null, "scope" text not null, "set_by" jsonb not null, "created_at" timestamptz not null, "updated_at" timestamptz not null, "removed_at" timestamptz null, "last_used_at" timestamptz null, primary key ("organization_id", "id"))`,
  `alter table "workload_identities" add constraint "workload_identities_directory_key" unique ("organization_id", "directory_id")`,
  `alter table "workload_identities" add constraint "workload_identities_client_id_key" unique ("organization_id", "client_id")`,
  `alter table "refused_calls" add "last_detail" text null`,
  `alter table "scim_tokens" add "scope" text not null default 'read users:write groups:write', add "oauth_client_secret_id" uuid null, add "workload_identity_id" uuid null`,
];

const policies = ['oauth_clients', 'oauth_client_secrets', 'used_assertions', 'workload_identities'].flatMap(
  (table) => [
    `alter table "${table}" enable row level security`,
    `alter table "${table}" force row level security`,
    `create policy "own_organization" on "${table}" using ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid)) with check ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid))`,
  ],
);

const foreignKeys = [
  `alter table "scim_tokens" add constraint "scim_tokens_client_secret_fkey" foreign key ("organization_id", "oauth_client_secret_id") references "oauth_client_secrets" ("organization_id", "id") on update no action on delete no action`,
  `alter table "scim_tokens" add constraint "scim_tokens_workload_identity_fkey" foreign key ("organization_id", "workload_identity_id") references "workload_identities" ("organization_id", "id") on update no action on delete no action`,
  `alter table "oauth_clients" add constraint "oauth_clients_directory_fkey" foreign key ("organization_id", "directory_id") references "directories" ("organization_id", "id") on update no action on delete no action`,
  `alter table "oauth_client_secrets" add constraint "oauth_client_secrets_client_fkey" foreign key ("organization_id", "oauth_client_id") references "oauth_clients" ("organization_id", "id") on update no action on delete no action`,
  `alter table "workload_identities" add constraint "workload_identities_directory_fkey" foreign key ("organization_id", "directory_id") references "directories" ("organization_id", "id") on update no action on delete no action`,
];

/** What knows no scopes would take a narrowed token for a whole one, and an access token for one that an admin made. */
const undone = [
  `alter table "scim_tokens" no force row level security`,
  `delete from "scim_tokens" where oauth_client_secret_id is not null or workload_identity_id is not null or scope <> 'read users:write groups:write'`,
  `alter table "scim_tokens" force row level security`,
  `alter table "scim_tokens" drop constraint "scim_tokens_client_secret_fkey"`,
  `alter table "scim_tokens" drop constraint "scim_tokens_workload_identity_fkey"`,
  `alter table "scim_tokens" drop column "scope", drop column "oauth_client_secret_id", drop column "workload_identity_id"`,
  `alter table "refused_calls" drop column "last_detail"`,
  `drop table if exists "oauth_client_secrets" cascade`,
  `drop table if exists "oauth_clients" cascade`,
  `drop table if exists "used_assertions" cascade`,
  `drop table if exists "workload_identities" cascade`,
];
