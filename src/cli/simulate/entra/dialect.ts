import { type MappedValue, pathText } from '../attribute-mapping.ts';
import { enterpriseUserUrn, type JsonObject, patchOpUrn } from '../scim-wire.ts';
import type { AttributeChange } from './entra-mapping.ts';

export type DialectName = 'default' | 'aadOptscim062020';

/** How Entra words PATCH operations: with and without the flag `aadOptscim062020` in the Tenant URL. */
export interface Dialect {
  readonly name: DialectName;
  attributes(changes: readonly AttributeChange[]): JsonObject[];
  addMembers(ids: readonly string[]): JsonObject[];
  removeMembers(ids: readonly string[]): JsonObject[];
  /** `location` is the absolute address of the manager's resource. */
  setManager(op: 'add' | 'replace', id: string, location: string): JsonObject[];
  removeManager(id: string): JsonObject[];
}

export function patchBody(operations: readonly JsonObject[]): JsonObject {
  return { schemas: [patchOpUrn], Operations: operations };
}

const pascalCase = { add: 'Add', replace: 'Replace' } as const;
// Microsoft's service sends booleans as strings unless the flag is set.
const asText = (value: MappedValue): string => (value === true ? 'True' : value === false ? 'False' : value);

/** One capitalised operation a path, `"False"` as a string, members as value arrays with `$ref: null` (also in removals). */
export const defaultDialect: Dialect = {
  name: 'default',
  attributes: (changes) =>
    changes.map(({ target, op, value }) => ({ op: pascalCase[op], path: pathText(target), value: asText(value) })),
  addMembers: (ids) => [{ op: 'Add', path: 'members', value: ids.map((value) => ({ $ref: null, value })) }],
  removeMembers: (ids) => [{ op: 'Remove', path: 'members', value: ids.map((value) => ({ $ref: null, value })) }],
  setManager: (op, id, location) => [{ op: pascalCase[op], path: 'manager', value: [{ $ref: location, value: id }] }],
  removeManager: (id) => [{ op: 'Remove', path: `manager[value eq "${id}"]` }],
};

/** Lower-case operations, real booleans, plain attributes collapsed into one pathless operation, filter paths for removed members. */
export const flagDialect: Dialect = {
  name: 'aadOptscim062020',
  attributes: (changes) => {
    const filtered = changes.filter((change) => change.target.kind === 'typed');
    const plain = changes.filter((change) => change.target.kind !== 'typed');
    return [
      ...filtered.map(({ target, op, value }) => ({ op, path: pathText(target), value })),
      ...collapsed('replace', plain),
      ...collapsed('add', plain),
    ];
  },
  addMembers: (ids) => [{ op: 'add', path: 'members', value: ids.map((value) => ({ value })) }],
  removeMembers: (ids) => ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
  setManager: (op, id) => [{ op, path: `${enterpriseUserUrn}:manager`, value: id }],
  removeManager: (id) => [{ op: 'remove', path: `manager[value eq "${id}"]` }],
};

/** A lone `active` and a lone added attribute keep their path, as the compatibility page shows; everything else collapses. */
function collapsed(op: 'add' | 'replace', changes: readonly AttributeChange[]): JsonObject[] {
  const [first, ...others] = changes.filter((change) => change.op === op);
  if (!first) return [];
  const keepsPath = others.length === 0 && (op === 'add' || pathText(first.target) === 'active');
  if (keepsPath) return [{ op, path: pathText(first.target), value: first.value }];
  return [{ op, value: Object.fromEntries([first, ...others].map(({ target, value }) => [pathText(target), value])) }];
}
