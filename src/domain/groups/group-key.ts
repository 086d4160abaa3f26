import { createHash } from 'node:crypto';
import { groupNameKey } from '../../attributes/fold.ts';

const KEY_LENGTH_MAX = 512;

/**
 * The key by which a group's name is unique and matched, fit for an index. A name whose compatibility form is longer than
 * an index entry, or of which nothing is visible, stands as a digest of itself.
 */
export function groupKey(name: string): string {
  const key = groupNameKey(name);
  if (key !== '' && key.length <= KEY_LENGTH_MAX) return key;
  return `sha256:${createHash('sha256')
    .update(key || name)
    .digest('hex')}`;
}
