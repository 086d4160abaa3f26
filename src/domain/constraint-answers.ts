import { violatedConstraint } from '../database/constraint.ts';
import type { DomainError } from './domain-error.ts';

/** Names of unique and foreign keys, each with the fact that running into it means. */
export type ConstraintAnswers = Readonly<Record<string, () => DomainError>>;

/** Turns a violated constraint into its domain error; every other failure passes as it is. */
export async function answering<Result>(answers: ConstraintAnswers, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const answer = answers[violatedConstraint(error) ?? ''];
    throw answer ? answer() : error;
  }
}
