import { violatedConstraint } from '../database/constraint.ts';
import { DomainError } from './domain-error.ts';

const ATTEMPTS_MAX = 5;

/**
 * Runs work anew that met, on one of these keys or as one of these facts, another transaction of this very moment: looked at
 * again, the question has an answer. Whoever still meets one after five times sees the failure.
 */
export async function againAfterRaces<Result>(
  keys: ReadonlySet<string>,
  work: () => Promise<Result>,
  attempt = 1,
): Promise<Result> {
  return work().catch((error: unknown) => {
    const met = error instanceof DomainError ? error.code : violatedConstraint(error);
    if (!keys.has(met ?? '') || attempt === ATTEMPTS_MAX) throw error;
    return againAfterRaces(keys, work, attempt + 1);
  });
}

/**
 * Two sign-ins gave one person two bindings, users or accounts, or one account two users: the later one then finds what the
 * earlier one made.
 */
export const signInRaces: ReadonlySet<string> = new Set([
  'account_memberships_user_key',
  'bindings_subject_key',
  'bindings_user_key',
  'userAlreadyBound',
  'users_user_name_key',
]);

/** Two transactions gave two users one userName. */
export const userNameRaces: ReadonlySet<string> = new Set(['users_user_name_key']);
