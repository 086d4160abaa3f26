import { type ScimError, scimErrors } from '../protocol/scim-error.ts';
import { referenceIn, referencesOf } from './bulk-references.ts';
import { type BulkEntry, type BulkOperation, bulkIdOf } from './bulk-request.ts';

/** A turn of an operation, by its position: `complete` adds what a circle of references kept back from a POST. */
export type BulkStep = { readonly kind: 'perform' | 'complete'; readonly position: number };

export type BulkPlan = {
  /** In an order in which everything that is referred to is there first, otherwise as it was sent. */
  readonly steps: BulkStep[];
  /** What refers to an operation that is not there, by position. */
  readonly problems: ReadonlyMap<number, ScimError>;
  /** The bulkIds that a POST must leave out when it is performed, by position. */
  readonly left: ReadonlyMap<number, ReadonlySet<string>>;
  /** The positions of the creations that an operation refers to, whatever comes of them. */
  readonly needed: ReadonlyMap<number, ReadonlySet<number>>;
  /** Where a bulkId leads: the position of a creation, or the id in the path of another operation. */
  readonly targets: ReadonlyMap<string, number | string>;
};

/** Orders the operations of a bulk request (RFC 7644 §3.7.1, §3.7.2). */
export function planBulk(entries: readonly BulkEntry[]): BulkPlan {
  const targets = targetsOf(entries);
  const problems = new Map<number, ScimError>();
  const needed = new Map<number, Set<number>>();
  const left = new Map<number, Set<string>>();
  const references = entries.map((entry) => ('operation' in entry ? allReferences(entry.operation) : []));
  references.forEach((bulkIds, position) => {
    const unknown = bulkIds.find((bulkId) => !targets.has(bulkId));
    if (unknown !== undefined) {
      problems.set(
        position,
        scimErrors.invalidValue(`No operation has the bulkId "${unknown}" that this one refers to`),
      );
    }
  });
  const steps: BulkStep[] = [];
  /** Those under way, from the first that needed another. */
  const way = new Set<number>();
  const done = new Set<number>();
  /** What waits for a creation that is under way. */
  const waiting = new Map<number, Set<number>>();

  const visit = (position: number): void => {
    if (done.has(position)) return;
    way.add(position);
    for (const bulkId of problems.has(position) ? [] : (references[position] ?? [])) {
      const target = targets.get(bulkId);
      if (typeof target !== 'number') continue;
      add(needed, position, target);
      if (!way.has(target)) {
        visit(target);
        continue;
      }
      add(left, position, bulkId);
      add(waiting, target, position);
    }
    way.delete(position);
    done.add(position);
    steps.push({ kind: 'perform', position });
    for (const other of waiting.get(position) ?? []) {
      const isComplete = [...(needed.get(other) ?? [])].every((target) => done.has(target));
      if (isComplete) steps.push({ kind: 'complete', position: other });
    }
  };
  for (const position of entries.keys()) visit(position);
  return { steps, problems, left, needed, targets };
}

function allReferences(operation: BulkOperation): string[] {
  const inPath = referenceIn(operation.id);
  return [...(inPath === undefined ? [] : [inPath]), ...referencesOf(operation)];
}

/** A bulkId of anything but a POST stands for the id in its path, which may be a reference itself. */
function targetsOf(entries: readonly BulkEntry[]): Map<string, number | string> {
  const operations = new Map<string, { operation: BulkOperation; position: number }>();
  const targets = new Map<string, number | string>();
  entries.forEach((entry, position) => {
    const bulkId = 'operation' in entry ? entry.operation.bulkId : bulkIdOf(entry.sent);
    if (bulkId === undefined) return;
    if ('operation' in entry) operations.set(bulkId, { operation: entry.operation, position });
    // What refers to an operation that is wrong fails with it.
    else targets.set(bulkId, position);
  });
  for (const bulkId of operations.keys()) {
    const seen = new Set<string>();
    for (let name: string | undefined = bulkId; name !== undefined && !seen.has(name); ) {
      seen.add(name);
      const found = operations.get(name);
      const next: string | undefined = found === undefined ? undefined : referenceIn(found.operation.id);
      if (found !== undefined && next === undefined)
        targets.set(bulkId, found.operation.method === 'POST' ? found.position : found.operation.id);
      name = next;
    }
  }
  return targets;
}

function add<Key, Value>(sets: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}
