import type { JsonObject } from '../../attributes/json.ts';
import { extensionsOf } from '../../attributes/open-attribute.ts';
import { groupTable } from '../../attributes/resource-tables.ts';
import type { Exchange } from '../exchange.ts';
import { applyPatch } from '../protocol/patch.ts';
import type { PatchOperation } from '../protocol/patch-request.ts';
import { scimErrors } from '../protocol/scim-error.ts';
import { GraphRefusal } from '../scim-problems.ts';
import type { Group } from './present-group.ts';
import { documentOf } from './resource-reply.ts';

/** The extensions of a group as a PATCH leaves them and as it found them; what the members do meanwhile is no matter. */
export type PatchedExtensions = { readonly extensions: JsonObject; readonly ifExtensions: JsonObject };

const ATTEMPTS_MAX = 5;

/**
 * Folds the operations of a group's PATCH that touch its extensions, and writes the result over the extensions that were read.
 * Without If-Match another's write in between costs another attempt; the members are never read.
 */
export function patchExtensions<Written>(
  exchange: Exchange,
  operations: readonly PatchOperation[],
  { read, write }: { read: () => Promise<Group>; write: (patched: PatchedExtensions) => Promise<Written> },
): Promise<Written> {
  return exchange.turns.run(`${exchange.directoryId}/${exchange.resourceId}`, async () => {
    for (let attempt = 1; ; attempt += 1) {
      const before = await read();
      if (exchange.ifVersions !== null && !exchange.ifVersions.includes(before.version))
        throw scimErrors.preconditionFailed('The group has another version than If-Match names');
      const document = documentOf(before);
      const extensions = extensionsOf(applyPatch(document, operations, groupTable));
      try {
        return await write({ extensions, ifExtensions: extensionsOf(document) });
      } catch (error) {
        const isOutrun = error instanceof GraphRefusal && error.code === 'VERSION_CONFLICT';
        if (!isOutrun || exchange.ifVersions !== null || attempt === ATTEMPTS_MAX) throw error;
      }
    }
  });
}
