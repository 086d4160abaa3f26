import { statement } from '../../database/statement.ts';

/**
 * Holds users until the transaction ends, one at a time and in the order of their ids: a statement of its own, so that what
 * follows sees whatever whoever held them has committed. Records of directories are held before them, as SCIM writes lock them.
 */
export const holdUsers = statement<{ id: string }>(
  'select id from users where organization_id = $1 and id = any($2::uuid[]) order by id for no key update',
);
