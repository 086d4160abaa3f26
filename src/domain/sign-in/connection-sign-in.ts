import type { OrganizationTransaction } from '../../database/database.ts';
import type { LoginProvider } from '../accounts/account.entity.ts';
import type { AccountRow } from '../accounts/accounts.store.ts';
import type { CurrentSession } from '../accounts/current-session.ts';
import type { Actor } from '../actors/actor.ts';
import type { SignInConnection, SignInOrganization } from '../connections/sign-in-connection.ts';
import type { VerifiedIdentity } from '../connections/verified-identity.ts';
import type { PersonDecision } from './person-decision.ts';
import type { FinishInput } from './sign-in-outcome.ts';
import type { SignInParts } from './sign-in-parts.ts';

/** A verified sign-in through a connection, in the browser in which it began. */
export interface ConnectionSignIn {
  attemptId: string;
  state: string;
  connection: SignInConnection;
  organization: SignInOrganization;
  /** The version that the person was sent away with. */
  connectionVersion: number;
  identity: VerifiedIdentity;
  returnTo: string | null;
  /** The account whose login was just proved, to link it; null without one. */
  provedAccountId: string | null;
  /** The attempt with which the identity has waited; null where it has not. */
  pendingAttemptId: string | null;
  /** What waits is not to be added to the account with the person's address, as that is not theirs: an admin is asked. */
  isOwnAccountAsked: boolean;
  input: FinishInput;
}

/** The same while its last step is taken. */
export interface FinishingConnection extends ConnectionSignIn {
  parts: SignInParts;
  transaction: OrganizationTransaction;
  actor: Actor;
  session: CurrentSession | undefined;
  /** The account of the session. */
  signedInAs: AccountRow | undefined;
  logins: { accountId: string; provider: LoginProvider }[];
  at: Date;
}

/** The decisions that let somebody in. */
export type SigningIn = Extract<PersonDecision, { kind: 'bound' | 'bind' | 'create' }>;
