import { defineEntity, p } from '@mikro-orm/core';

/**
 * A login: one person's way to prove who they are, global, made at the first sign-in and never by provisioning. It may
 * belong to no organization at all. Outside row-level security, as are the two tables below: they are read before the
 * organization is known.
 */
export class Account {
  id!: string;
  /** As it was last proved; null where no way to sign in told one. Nobody is found by it unless `isEmailVerified`. */
  email!: string | null;
  /** `email` folded. */
  emailKey!: string | null;
  isEmailVerified!: boolean;
  displayName!: string | null;
  createdAt!: Date;
  updatedAt!: Date;
  lastSignedInAt!: Date | null;
}

export const accountSchema = defineEntity({
  class: Account,
  tableName: 'accounts',
  properties: {
    id: p.uuid().primary(),
    email: p.text().nullable(),
    emailKey: p.text().nullable(),
    isEmailVerified: p.boolean(),
    displayName: p.text().nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    lastSignedInAt: p.datetime().nullable(),
  },
  indexes: [{ name: 'accounts_email_index', properties: ['emailKey'] }],
});

export const loginProviders = ['google', 'microsoft'] as const;
/** The OpenID providers that the operator may configure for all organizations. */
export type LoginProvider = (typeof loginProviders)[number];

/** A way into an account beside the connections of organizations. */
export class AccountLogin {
  provider!: LoginProvider;
  /** Google: `sub`. Microsoft: `tid` and `oid`, joined by a blank. */
  subject!: string;
  accountId!: string;
  email!: string | null;
  createdAt!: Date;
  lastUsedAt!: Date;
}

export const accountLoginSchema = defineEntity({
  class: AccountLogin,
  tableName: 'account_logins',
  properties: {
    provider: p.text().primary().$type<LoginProvider>(),
    subject: p.text().primary(),
    accountId: p.uuid(),
    email: p.text().nullable(),
    createdAt: p.datetime(),
    lastUsedAt: p.datetime(),
  },
  indexes: [{ name: 'account_logins_account_index', properties: ['accountId'] }],
  checks: [{ name: 'account_logins_provider_check', expression: "provider in ('google', 'microsoft')" }],
});

/** Which user an account is in an organization: one in each, and each user has one account. */
export class AccountMembership {
  accountId!: string;
  organizationId!: string;
  userId!: string;
  createdAt!: Date;
}

export const accountMembershipSchema = defineEntity({
  class: AccountMembership,
  tableName: 'account_memberships',
  properties: {
    accountId: p.uuid().primary(),
    organizationId: p.uuid().primary(),
    userId: p.uuid(),
    createdAt: p.datetime(),
  },
  uniques: [{ name: 'account_memberships_user_key', properties: ['organizationId', 'userId'] }],
});
