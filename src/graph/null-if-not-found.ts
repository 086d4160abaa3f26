import { DomainError } from '../domain/domain-error.ts';

/** Null for what is not there: a missing node is an answer, not an error. */
export async function nullIfNotFound<Row>(reading: Promise<Row>): Promise<Row | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'notFound') return null;
    throw error;
  }
}
