import { Migration } from '@mikro-orm/migrations';

/** Accounts, sessions, connections, domains and what sign-in needs: tables first, foreign keys last. */
export class SignIn extends Migration {
  override up(): void {
    for (const sql of [...tables, ...policies, ...foreignKeys]) this.addSql(sql);
  }

  override down(): void {
    for (const table of [...names].reverse()) this.addSql(`drop table if exists "${table}" cascade`);
    this.addSql(settingsDropped);
    this.addSql('drop index "users_removed_index"');
    this.addSql('drop index "domain_events_sign_in_changes_index"');
  }
}

const tables = [
  `create table "accounts" ("id" uuid not null, "email" text null, "email_key" text null, "is_email_verified" boolean not null, "display_name" text null, "created_at" timestamptz not null, "updated_at" timestamptz not null, "last_signed_in_at" timestamptz null, primary key ("id"))`,
  `create index "accounts_email_index" on "accounts" ("email_key")`,
  `create table "account_logins" ("provider" text not null, "subject" text not null, "account_id" uuid not null, "email" text null, "created_at" timestamptz not null, "last_used_at" timestamptz not null, primary key ("provider", "subject"))`,
  `create index "account_logins_account_index" on "account_logins" ("account_id")`,
  `alter table "account_logins" add constraint "account_logins_provider_check" check (provider in ('google', 'microsoft'))`,
  `create table "account_memberships" ("account_id" uuid not null, "organization_id" uuid not null, "user_id" uuid not null, "created_at" timestamptz not null, primary key ("account_id", "organization_id"))`,
  `alter table "account_memberships" add constraint "account_memberships_user_key" unique ("organization_id", "user_id")`,
  `create table "connections" ("organization_id" uuid not null, "id" uuid not null, "name" text not null, "protocol" text not null, "status" text not null, "issuer" text not null, "client_id" text null, "client_secret" text null, "tenant_id" text null, "sso_url" text null, "certificates" jsonb null, "stable_id_claim" text not null, "allows_just_in_time" boolean not null, "version" int not null, "tested_at" timestamptz null, "tested_claims" jsonb null, "created_by" jsonb not null, "created_at" timestamptz not null, "updated_at" timestamptz not null, "deleted_at" timestamptz null, primary key ("organization_id", "id"))`,
  `alter table "connections" add constraint "connections_protocol_check" check (protocol in ('oidc', 'saml'))`,
  `alter table "connections" add constraint "connections_status_check" check (status in ('draft', 'enabled', 'disabled'))`,
  `create table "binding_requests" ("organization_id" uuid not null, "id" uuid not null, "connection_id" uuid not null, "subject" text not null, "stable_id" text null, "email" text null, "display_name" text null, "reason" text not null, "candidate_user_ids" jsonb not null, "state" text not null, "attempts" int not null, "created_at" timestamptz not null, "last_tried_at" timestamptz not null, "decided_by" jsonb null, "decided_at" timestamptz null, "user_id" uuid null, primary key ("organization_id", "id"))`,
  `alter table "binding_requests" add constraint "binding_requests_subject_key" unique ("organization_id", "connection_id", "subject")`,
  `alter table "binding_requests" add constraint "binding_requests_state_check" check (state in ('pending', 'approved', 'rejected'))`,
  `alter table "binding_requests" add constraint "binding_requests_reason_check" check (reason in ('alreadyBound', 'ambiguous', 'protectedUser', 'emailBoundBefore', 'otherSignInMethod'))`,
  `create table "bindings" ("organization_id" uuid not null, "id" uuid not null, "connection_id" uuid not null, "subject" text not null, "stable_id" text null, "account_id" uuid null, "user_id" uuid not null, "directory_user_id" uuid null, "bound_by" text not null, "created_at" timestamptz not null, "last_used_at" timestamptz not null, "ended_at" timestamptz null, "ended_reason" text null, primary key ("organization_id", "id"))`,
  `create unique index "bindings_subject_key" on "bindings" ("organization_id", "connection_id", "subject") where (ended_at is null)`,
  `create unique index "bindings_user_key" on "bindings" ("organization_id", "connection_id", "user_id") where (ended_at is null)`,
  `create index "bindings_subject_index" on "bindings" ("organization_id", "connection_id", "subject")`,
  `create index "bindings_stable_id_index" on "bindings" ("organization_id", "stable_id")`,
  `create index "bindings_user_index" on "bindings" ("organization_id", "user_id")`,
  `create index "bindings_directory_user_index" on "bindings" ("organization_id", "directory_user_id")`,
  `alter table "bindings" add constraint "bindings_bound_by_check" check (bound_by in ('stableId', 'email', 'justInTime', 'approval'))`,
  `create table "connection_addresses" ("connection_id" uuid not null, "organization_id" uuid not null, primary key ("connection_id"))`,
  `create index "connection_addresses_organization_index" on "connection_addresses" ("organization_id")`,
  `create table "data_keys" ("id" uuid not null, "sealed_key" text not null, "created_at" timestamptz not null, "retired_at" timestamptz null, primary key ("id"))`,
  `create table "email_domains" ("organization_id" uuid not null, "id" uuid not null, "domain" text not null, "status" text not null, "token" text not null, "verified_at" timestamptz null, "checked_at" timestamptz null, "missing_since" timestamptz null, "missing_checks" int not null default 0, "created_at" timestamptz not null, "updated_at" timestamptz not null, primary key ("organization_id", "id"))`,
  `alter table "email_domains" add constraint "email_domains_domain_key" unique ("organization_id", "domain")`,
  `alter table "email_domains" add constraint "email_domains_status_check" check (status in ('pending', 'verified', 'lost'))`,
  `create table "one_time_links" ("hmac" text not null, "kind" text not null, "organization_id" uuid null, "user_id" uuid null, "created_at" timestamptz not null, "expires_at" timestamptz not null, "used_at" timestamptz null, primary key ("hmac"))`,
  `create index "one_time_links_user_index" on "one_time_links" ("organization_id", "user_id")`,
  `alter table "one_time_links" add constraint "one_time_links_kind_check" check (kind in ('owner', 'setUp'))`,
  `alter table "one_time_links" add constraint "one_time_links_user_check" check ((kind = 'setUp') = (organization_id is null) and (organization_id is null) = (user_id is null))`,
  `create table "sessions" ("id" uuid not null, "hmac" text not null, "account_id" uuid not null, "organization_id" uuid null, "login_provider" text null, "login_proved_at" timestamptz null, "created_at" timestamptz not null, "last_seen_at" timestamptz not null, "ended_at" timestamptz null, "untold_end" text null, "user_agent" text null, "address" text null, primary key ("id"))`,
  `create index "sessions_account_index" on "sessions" ("account_id")`,
  `create index "sessions_created_index" on "sessions" ("created_at")`,
  `create index "sessions_untold_index" on "sessions" ("ended_at") where (untold_end is not null)`,
  `alter table "sessions" add constraint "sessions_hmac_key" unique ("hmac")`,
  `create table "session_authentications" ("organization_id" uuid not null, "session_id" uuid not null, "user_id" uuid not null, "method" text not null, "connection_id" uuid null, "directory_user_id" uuid null, "authenticated_at" timestamptz not null, "proved_at" timestamptz null, "last_seen_at" timestamptz not null, "ended_at" timestamptz null, "ended_reason" text null, "ended_by_others_at" timestamptz null, primary key ("organization_id", "session_id"))`,
  `create index "session_authentications_authenticated_index" on "session_authentications" ("organization_id", "authenticated_at")`,
  `create index "session_authentications_user_index" on "session_authentications" ("organization_id", "user_id")`,
  `create index "session_authentications_connection_index" on "session_authentications" ("organization_id", "connection_id")`,
  `create index "session_authentications_directory_user_index" on "session_authentications" ("organization_id", "directory_user_id")`,
  `alter table "session_authentications" add constraint "session_authentications_method_check" check (method in ('connection', 'google', 'microsoft', 'oneTimeLink'))`,
  `create table "sign_in_attempts" ("id" uuid not null, "state_hmac" text not null, "browser_hmac" text not null, "purpose" text not null, "state" text not null, "organization_id" uuid null, "connection_id" uuid null, "provider" text null, "connection_version" int null, "asks_anew" boolean not null, "return_to" text null, "identity" jsonb null, "pending" jsonb null, "created_at" timestamptz not null, "expires_at" timestamptz not null, primary key ("id"))`,
  `create index "sign_in_attempts_expiry_index" on "sign_in_attempts" ("expires_at")`,
  `create index "sign_in_attempts_organization_index" on "sign_in_attempts" ("organization_id")`,
  `alter table "sign_in_attempts" add constraint "sign_in_attempts_state_key" unique ("state_hmac")`,
  `alter table "sign_in_attempts" add constraint "sign_in_attempts_purpose_check" check (purpose in ('signIn', 'test', 'link'))`,
  `alter table "sign_in_attempts" add constraint "sign_in_attempts_state_check" check (state in ('started', 'verified', 'finished'))`,
  `create table "sign_in_events" ("organization_id" uuid not null, "id" uuid not null, "outcome" text not null, "reason" text null, "method" text not null, "connection_id" uuid null, "user_id" uuid null, "subject" text null, "email" text null, "email_key" text null, "reference" text not null, "detail" jsonb not null, "address" text null, "created_at" timestamptz not null, primary key ("organization_id", "id"))`,
  `create index "sign_in_events_user_index" on "sign_in_events" ("organization_id", "user_id")`,
  `create index "sign_in_events_email_index" on "sign_in_events" ("organization_id", "email_key", "id")`,
  `create index "sign_in_events_reference_index" on "sign_in_events" ("organization_id", "reference")`,
  `alter table "sign_in_events" add constraint "sign_in_events_outcome_check" check (outcome in ('signedIn', 'refused'))`,
  `create table "signing_keys" ("id" text not null, "public_jwk" jsonb not null, "sealed_private_jwk" text not null, "created_at" timestamptz not null, "active_from" timestamptz not null, "retired_at" timestamptz null, primary key ("id"))`,
  `create table "verified_domains" ("domain" text not null, "organization_id" uuid not null, primary key ("domain"))`,
  `create index "verified_domains_organization_index" on "verified_domains" ("organization_id")`,
  `create index "domain_events_sign_in_changes_index" on "domain_events" ("organization_id", "type", "id") where (type in ('bindingRequestDecided', 'connectionCreated', 'connectionDeleted', 'connectionStatusChanged', 'connectionUpdated', 'emailDomainAdded', 'emailDomainLost', 'emailDomainRemoved', 'emailDomainVerified', 'oneTimeLinkCreated', 'oneTimeLinkUsed', 'organizationSlugChanged', 'organizationSlugReleased') or type = 'bindingEnded' and data->>'reason' = 'ended' or type = 'organizationUpdated' and data ?| array['acceptsOtherMethods', 'defaultPermissionSetId', 'disclosesName', 'groupMatching', 'inactivityDays', 'sessionIdleMinutes', 'sessionLifetimeMinutes', 'signInContact'])`,
  `create index "users_removed_index" on "users" ("organization_id", "removed_at") where (removed_at is not null)`,
  `alter table "organizations" add "discloses_name" boolean not null default true, add "sign_in_contact" text null, add "accepts_other_methods" boolean not null default false, add "session_idle_minutes" int not null default 720, add "session_lifetime_minutes" int not null default 10080`,
];

const policies = [
  'connections',
  'binding_requests',
  'bindings',
  'email_domains',
  'session_authentications',
  'sign_in_events',
].flatMap((table) => [
  `alter table "${table}" enable row level security`,
  `alter table "${table}" force row level security`,
  `create policy "own_organization" on "${table}" using ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid)) with check ((organization_id = nullif(current_setting('app.organization_id', true), '')::uuid))`,
]);

const foreignKeys = [
  `alter table "binding_requests" add constraint "binding_requests_connection_fkey" foreign key ("organization_id", "connection_id") references "connections" ("organization_id", "id") on update no action on delete no action`,
  `alter table "bindings" add constraint "bindings_connection_fkey" foreign key ("organization_id", "connection_id") references "connections" ("organization_id", "id") on update no action on delete no action`,
];

const names = tables.flatMap((sql) => /^create table "(\w+)"/.exec(sql)?.[1] ?? []);

const settingsDropped = `alter table "organizations" drop column "discloses_name", drop column "sign_in_contact", drop column "accepts_other_methods", drop column "session_idle_minutes", drop column "session_lifetime_minutes"`;
