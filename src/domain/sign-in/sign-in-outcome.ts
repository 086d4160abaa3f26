import type { LoginProvider } from '../accounts/account.entity.ts';
import type { Visit } from '../accounts/visit.ts';
import type { BindingRequestReason } from '../bindings/binding.entity.ts';
import type { SignInRefusalReason } from '../sign-in-log/sign-in-refusal.ts';

/** What the page of a refused sign-in says. */
export interface SignInRefusal {
  reason: SignInRefusalReason;
  /** By which the organization's admin finds it in the log. Where no organization is known it is in no log. */
  eventId: string;
  /** Its `name` is null where the organization does not disclose it. */
  organization: { name: string | null; slug: string } | null;
  /** Whom to ask. */
  contact: string | null;
  connectionName: string | null;
  email: string | null;
  /** The ways in that the account with this e-mail address has; for `otherSignInMethod`. */
  otherMethods: LoginProvider[];
  /** What else explains it, such as the code of the identity provider; no secret. */
  detail: Record<string, unknown>;
}

/** What became of a sign-in in the browser in which it began. */
export type SignInOutcome =
  | {
      kind: 'signedIn';
      /** The new session's. */
      cookie: string;
      /** Null for an account that opens no organization by what was proved. */
      organization: { id: string; name: string; slug: string } | null;
      returnTo: string | null;
      hasPermissions: boolean;
    }
  | { kind: 'refused'; refusal: SignInRefusal }
  | {
      kind: 'tested';
      connectionId: string;
      claims: Record<string, unknown>;
      stableId: string | null;
      email: string | null;
      /** When the person was asked who they are, as a fresh sign-in has to say; null where the answer does not. */
      provedAt: Date | null;
      prediction: SignInPrediction;
    }
  /**
   * A first sign-in while the browser is signed in as another account. The attempt waits: `finish` again with the choice to
   * add it to that account or to keep it apart.
   */
  | {
      kind: 'chooseAccount';
      state: string;
      signedInAs: string | null;
      newEmail: string | null;
      /** Names that account to `finish`: the choice counts for no other one. */
      account: string;
      /** Whether whoever has the cookie has just proved to be that account. Nothing is added to it before. */
      isFresh: boolean;
    };

/** What a test sign-in would have led to. */
export interface SignInPrediction {
  outcome: 'wouldSignIn' | 'wouldRefuse';
  /** Whose it would be; null for nobody's, and for somebody who would be made. */
  userName: string | null;
  reason: SignInRefusalReason | null;
  /** Whether a user would be made for them. */
  isNewUser: boolean;
  /** Why an admin has to confirm it, where one has to. */
  requestReason: BindingRequestReason | null;
  /** Whether they are refused although a directory brought their record, which leads to no user yet. */
  hasRecord: boolean;
  /** Whether people are found by their e-mail address: it is on a proved domain, and not said to be unverified. */
  isOwnAddress: boolean;
}

/** What the last step is told by the browser. */
export interface FinishInput extends Visit {
  /** The cookie of the browser. */
  browser: string | undefined;
  /** Answers `chooseAccount`. */
  choice?: 'sameAccount' | 'separate' | undefined;
  /** The `account` that it named. */
  account?: string | undefined;
}
