import { defineEntity, p } from '@mikro-orm/core';

export const attemptPurposes = ['signIn', 'test', 'link'] as const;
/** `link`: proves the way in that an account already has, so that a new one is added to it. */
export type AttemptPurpose = (typeof attemptPurposes)[number];

export const attemptStates = ['started', 'verified', 'finished'] as const;
/** Each step is taken once: started at us, verified by what the identity provider sent, finished in the same browser. */
export type AttemptState = (typeof attemptStates)[number];

/** One sign-in on its way, minutes long. Outside row-level security: `state` is all that is known when it comes back. */
export class SignInAttempt {
  id!: string;
  /** Of the `state` (OIDC) or `RelayState` (SAML), which carries the nonce and the code verifier by derivation. */
  stateHmac!: string;
  /** Of the cookie of the browser in which it began. */
  browserHmac!: string;
  purpose!: AttemptPurpose;
  state!: AttemptState;
  /** The connection's; null for Google and Microsoft. */
  organizationId!: string | null;
  connectionId!: string | null;
  provider!: string | null;
  /** The version of the connection at the start: what changed meanwhile is refused. */
  connectionVersion!: number | null;
  /** Whether the identity provider is to have the person prove anew who they are, though it knows the browser. */
  asksAnew!: boolean;
  /** Where in the product to go on; checked when it was taken. */
  returnTo!: string | null;
  /** What the identity provider proved, between `verified` and `finished`. */
  identity!: Record<string, unknown> | null;
  /** What waits to be added to an account: with the sign-in that ended so, until it is taken, and with each `link` of it. */
  pending!: Record<string, unknown> | null;
  createdAt!: Date;
  expiresAt!: Date;
}

export const signInAttemptSchema = defineEntity({
  class: SignInAttempt,
  tableName: 'sign_in_attempts',
  properties: {
    id: p.uuid().primary(),
    stateHmac: p.text(),
    browserHmac: p.text(),
    purpose: p.text().$type<AttemptPurpose>(),
    state: p.text().$type<AttemptState>(),
    organizationId: p.uuid().nullable(),
    connectionId: p.uuid().nullable(),
    provider: p.text().nullable(),
    connectionVersion: p.integer().nullable(),
    asksAnew: p.boolean(),
    returnTo: p.text().nullable(),
    identity: p.json().$type<Record<string, unknown>>().nullable(),
    pending: p.json().$type<Record<string, unknown>>().nullable(),
    createdAt: p.datetime(),
    expiresAt: p.datetime(),
  },
  uniques: [{ name: 'sign_in_attempts_state_key', properties: ['stateHmac'] }],
  indexes: [
    { name: 'sign_in_attempts_expiry_index', properties: ['expiresAt'] },
    { name: 'sign_in_attempts_organization_index', properties: ['organizationId'] },
  ],
  checks: [
    { name: 'sign_in_attempts_purpose_check', expression: "purpose in ('signIn', 'test', 'link')" },
    { name: 'sign_in_attempts_state_check', expression: "state in ('started', 'verified', 'finished')" },
  ],
});
