import type { BindingRequestReason } from '../bindings/binding.entity.ts';
import type { VerifiedIdentity } from '../connections/verified-identity.ts';
import type { LiveBinding } from './match-person.store.ts';

/** Whom an identity provider proved, through which connection. */
export interface PersonToMatch {
  connection: { id: string; issuer: string; allowsJustInTime: boolean };
  identity: VerifiedIdentity;
}

/** Who somebody is here, and by what. Deciding writes nothing. */
export type PersonDecision =
  /** The stored binding holds. `directoryUserId` is null where there is no record, or it decides no more. */
  | { kind: 'bound'; binding: LiveBinding; userId: string; directoryUserId: string | null }
  /** A first sign-in as this user. `replaces` is the binding of the same person under an earlier subject. */
  | {
      kind: 'bind';
      userId: string;
      directoryUserId: string | null;
      boundBy: 'stableId' | 'email';
      replaces: string | null;
    }
  /** Just in time: nobody is this person, and no directory says who there is. */
  | { kind: 'create' }
  /** An admin has to say who it is, or has said that it is nobody. */
  | { kind: 'request'; reason: BindingRequestReason; candidateUserIds: string[]; isRejected: boolean }
  | RefusedPerson;

export interface RefusedPerson {
  kind: 'refuse';
  reason: 'notProvisioned' | 'deactivated';
  userId: string | null;
  detail: Record<string, unknown>;
}

export interface MatchedPerson {
  decision: PersonDecision;
  /** The stored binding that leads nowhere any more. */
  ended: { binding: LiveBinding; reason: 'recordDeleted' | 'personReplaced' } | null;
}

export function ask(reason: BindingRequestReason, candidateUserIds: string[]): PersonDecision {
  return { kind: 'request', reason, candidateUserIds, isRejected: false };
}

export function deactivated(userId: string | null): RefusedPerson {
  return { kind: 'refuse', reason: 'deactivated', userId, detail: {} };
}

export function notProvisioned(detail: Record<string, unknown>, userId: string | null = null): RefusedPerson {
  return { kind: 'refuse', reason: 'notProvisioned', userId, detail };
}
