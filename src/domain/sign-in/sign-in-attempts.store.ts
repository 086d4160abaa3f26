import { prepared, statement } from '../../database/statement.ts';
import type { LoginProvider } from '../accounts/account.entity.ts';
import type { VerifiedIdentity } from '../connections/verified-identity.ts';
import type { AttemptPurpose, AttemptState } from './sign-in-attempt.entity.ts';
import type { PendingIdentity } from './sign-in-attempts.ts';

export interface AttemptRow {
  id: string;
  purpose: AttemptPurpose;
  state: AttemptState;
  organizationId: string | null;
  connectionId: string | null;
  connectionVersion: number | null;
  provider: LoginProvider | null;
  asksAnew: boolean;
  returnTo: string | null;
  browserHmac: string;
  identity: VerifiedIdentity | null;
  pending: PendingIdentity | null;
  createdAt: Date;
  expiresAt: Date;
}

/** The table stands outside row-level security: in the statements for `lookUp`, `$1` is a value like the others. */
export const insertAttempt = prepared<never>(
  'sign-in-attempt-insert',
  `insert into sign_in_attempts (id, state_hmac, browser_hmac, purpose, state, organization_id, connection_id, provider,
                                 connection_version, asks_anew, return_to, pending, created_at, expires_at)
   values ($1, $2, $3, $4, 'started', $5, $6, $7, $8, $9, $10, $11::jsonb, $12, $13)`,
);

/** `$1` the HMAC of the state. */
export const findAttempt = prepared<AttemptRow>(
  'sign-in-attempt-find',
  `select id, purpose, state, organization_id as "organizationId", connection_id as "connectionId",
          connection_version as "connectionVersion", provider, asks_anew as "asksAnew", return_to as "returnTo", browser_hmac as "browserHmac",
          identity, pending, created_at as "createdAt", expires_at as "expiresAt"
     from sign_in_attempts where state_hmac = $1`,
);

/** What became of the second step: `over` where it was taken before, or the attempt is over. */
export type Verification = 'verified' | 'over' | 'notProvedAnew';

/** `$2` what was proved without its claims, `$3` with them, `$4` now, `$5` whether the person proved just now who they are. */
export const verifyAttempt = prepared<{ verification: Verification }>(
  'sign-in-attempt-verify',
  `with step as (
     update sign_in_attempts
        set state = 'verified', identity = case when purpose = 'test' then $3::jsonb else $2::jsonb end
      where state_hmac = $1 and state = 'started' and expires_at > $4 and ($5::boolean or not asks_anew or purpose = 'test')
     returning id)
   select case when exists (select 1 from step) then 'verified'
               when exists (select 1 from sign_in_attempts
                             where state_hmac = $1 and state = 'started' and expires_at > $4 and asks_anew and not $5)
                 then 'notProvedAnew'
               else 'over' end as verification`,
);

/** What was proved goes with the step: nothing of it is needed any more. */
export const finishAttempt = statement<{ id: string }>(
  `update sign_in_attempts set state = 'finished', identity = null
    where id = $1 and state = 'verified' and expires_at > $2 returning id`,
);

export const endStarted = statement<never>(
  `update sign_in_attempts set state = 'finished' where id = $1 and state = 'started'`,
);

export const forgetExpired = statement<never>('delete from sign_in_attempts where expires_at < $1');

/** Within a transaction of an organization, which need not be the attempt's: Google's and Microsoft's have none. */
export const lockVerified = statement<{ createdAt: Date }>(
  `select created_at as "createdAt" from sign_in_attempts
    where id = $2 and state = 'verified' and expires_at > $3 and $1::uuid is not null for update`,
);

export const finishIn = statement<never>(
  `update sign_in_attempts set state = 'finished', identity = null, pending = $3::jsonb
    where id = $2 and $1::uuid is not null`,
);

/** For `lookUp`: `$1` attempt, `$2` the HMAC of its browser, `$3` now. */
export const findPending = statement<{ pending: PendingIdentity }>(
  `select pending from sign_in_attempts
    where id = $1 and browser_hmac = $2 and expires_at > $3 and purpose = 'signIn' and pending is not null`,
);

export const holdPending = statement<{ createdAt: Date }>(
  `select created_at as "createdAt" from sign_in_attempts
    where id = $2 and expires_at > $3 and purpose = 'signIn' and pending is not null and $1::uuid is not null for update`,
);

export const takePending = statement<never>(
  'update sign_in_attempts set pending = null where id = $2 and $1::uuid is not null',
);
