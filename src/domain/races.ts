import { violatedConstraint } from '../database/constraint.ts';

const ATTEMPTS_MAX = 5;

/**
 * Runs work anew that met, on one of these keys, another transaction of this very moment: looked at again, the question has
 * an answer. Whoever still meets one after five times sees the failure.
 */
export async function againAfterRaces<Result>(
  keys: ReadonlySet<string>,
  work: () => Promise<Result>,
  attempt = 1,
): Promise<Result> {
  return work().catch((error: unknown) => {
    if (!keys.has(violatedConstraint(error) ?? '') || attempt === ATTEMPTS_MAX) throw error;
    return againAfterRaces(keys, work, attempt + 1);
  });
}

/** Two transactions gave two users one userName. */
export const userNameRaces: ReadonlySet<string> = new Set(['users_user_name_key']);
