import { violatedConstraint } from '../../database/constraint.ts';
import type { Database } from '../../database/database.ts';
import { DomainError } from '../domain-error.ts';
import type { UserKey } from './custom-keys.ts';
import { takenKeys } from './custom-schemas.store.ts';

/**
 * Throws on what failed while a user was written: as `attributeValueTaken` with the attribute's path where it ran into the
 * unique key of declared attributes.
 */
export async function explainTakenValue(
  database: Database,
  organizationId: string,
  written: { id: string; directoryId: string; keys: readonly UserKey[] },
  error: unknown,
): Promise<never> {
  if (violatedConstraint(error) !== 'directory_user_keys_unique_key') throw error;
  const keys = JSON.stringify(written.keys.filter(({ isUnique }) => isUnique));
  const [taken] = await database.run(organizationId, takenKeys, written.directoryId, written.id, keys);
  const what = taken ? `this value of ${taken.attribute}` : 'one of these values, which must be unique';
  const details = taken ? { path: taken.attribute } : {};
  throw new DomainError('attributeValueTaken', `Another user of the directory has ${what}.`, details);
}
