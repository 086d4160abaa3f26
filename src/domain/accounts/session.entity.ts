import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';
import type { LoginProvider } from './account.entity.ts';

/** By what people end their own sessions. */
export const ownEnds = ['signedOut', 'ended', 'replaced'] as const;
export type OwnEnd = (typeof ownEnds)[number];

/** By what somebody else ends them, or what they stand on ends: a login that was proved before counts no more there. */
export type EndByOthers =
  | 'accountReplaced'
  | 'bindingEnded'
  | 'blocked'
  | 'connectionChanged'
  | 'connectionDeleted'
  | 'connectionDisabled'
  | 'deactivated'
  | 'endedByAdmin'
  | 'personReplaced'
  | 'recordDeleted'
  | 'removed';

/**
 * A browser in which an account is signed in. It opens no organization by itself: `SessionAuthentication` does. Outside
 * row-level security, because its cookie is all that is known when a request comes in.
 */
export class Session {
  id!: string;
  /** Of the cookie, which is never stored. */
  hmac!: string;
  accountId!: string;
  /** The organization that requests of this session act in; null for an empty account. */
  organizationId!: string | null;
  /** By what the account itself was proved, which other organizations may take as well; null where a connection's word is all. */
  loginProvider!: LoginProvider | null;
  /** When the browser came back with that: it may have been asked nothing. */
  loginProvedAt!: Date | null;
  /** Of the present cookie: signing in again gives a session another one. */
  createdAt!: Date;
  /** Written at most once a minute. */
  lastSeenAt!: Date;
  endedAt!: Date | null;
  /** By what it ended, until every organization of the account was told of it. */
  untoldEnd!: OwnEnd | null;
  userAgent!: string | null;
  address!: string | null;
}

export const sessionSchema = defineEntity({
  class: Session,
  tableName: 'sessions',
  properties: {
    id: p.uuid().primary(),
    hmac: p.text(),
    accountId: p.uuid(),
    organizationId: p.uuid().nullable(),
    loginProvider: p.text().$type<LoginProvider>().nullable(),
    loginProvedAt: p.datetime().nullable(),
    createdAt: p.datetime(),
    lastSeenAt: p.datetime(),
    endedAt: p.datetime().nullable(),
    untoldEnd: p.text().$type<OwnEnd>().nullable(),
    userAgent: p.text().nullable(),
    address: p.text().nullable(),
  },
  uniques: [{ name: 'sessions_hmac_key', properties: ['hmac'] }],
  indexes: [
    { name: 'sessions_account_index', properties: ['accountId'] },
    // For what is forgotten; not `last_seen_at`, so that no index is written when that is.
    { name: 'sessions_created_index', properties: ['createdAt'] },
    {
      name: 'sessions_untold_index',
      expression: 'create index "sessions_untold_index" on "sessions" ("ended_at") where (untold_end is not null)',
    },
  ],
});

export const authenticationMethods = ['connection', 'google', 'microsoft', 'oneTimeLink'] as const;
/** By what somebody proved who they are. */
export type AuthenticationMethod = (typeof authenticationMethods)[number];

/**
 * That a session was proved to one organization, as that organization asks for it: what a connection of another proved
 * counts for nothing here. It ends, for good, in the transaction of whatever ends it.
 */
export class SessionAuthentication {
  organizationId!: string;
  sessionId!: string;
  userId!: string;
  method!: AuthenticationMethod;
  /** The connection, and the record of the directory that was signed in as; null for other methods or where there is none. */
  connectionId!: string | null;
  directoryUserId!: string | null;
  authenticatedAt!: Date;
  /**
   * When the person last proved who they are, as far as the identity provider says so: a browser that it remembers comes back
   * without a question. Null where nobody says.
   */
  provedAt!: Date | null;
  /** Written at most once a minute. */
  lastSeenAt!: Date;
  endedAt!: Date | null;
  endedReason!: OwnEnd | EndByOthers | null;
  /** When somebody else than the person last ended it, before it was proved anew. */
  endedByOthersAt!: Date | null;
}

export const sessionAuthenticationSchema = defineEntity({
  class: SessionAuthentication,
  tableName: 'session_authentications',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    sessionId: p.uuid().primary(),
    userId: p.uuid(),
    method: p.text().$type<AuthenticationMethod>(),
    connectionId: p.uuid().nullable(),
    directoryUserId: p.uuid().nullable(),
    authenticatedAt: p.datetime(),
    provedAt: p.datetime().nullable(),
    lastSeenAt: p.datetime(),
    endedAt: p.datetime().nullable(),
    endedReason: p.text().$type<OwnEnd | EndByOthers>().nullable(),
    endedByOthersAt: p.datetime().nullable(),
  },
  indexes: [
    { name: 'session_authentications_authenticated_index', properties: ['organizationId', 'authenticatedAt'] },
    { name: 'session_authentications_user_index', properties: ['organizationId', 'userId'] },
    { name: 'session_authentications_connection_index', properties: ['organizationId', 'connectionId'] },
    { name: 'session_authentications_directory_user_index', properties: ['organizationId', 'directoryUserId'] },
  ],
  checks: [
    {
      name: 'session_authentications_method_check',
      expression: "method in ('connection', 'google', 'microsoft', 'oneTimeLink')",
    },
  ],
});
