const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

/**
 * The name of the unique or foreign key that a statement ran into, as the entities declare it; undefined for any other
 * failure. A numeric suffix, which shards and renamed indexes carry (`users_user_name_key_102008`), is taken off.
 */
export function violatedConstraint(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  if (code !== UNIQUE_VIOLATION && code !== FOREIGN_KEY_VIOLATION) return undefined;
  return typeof constraint === 'string' ? constraint.replace(/_?\d+$/, '') : undefined;
}
