import { type ScimError, scimErrors } from '../protocol/scim-error.ts';
import { referenceIn, referencesOf } from './bulk-references.ts';
import { BULK_OPERATIONS_MAX, type BulkEntry, type BulkOperation, bulkIdOf } from './bulk-request.ts';

/** Of one operation, each as often as it stands there: enough to name every other operation once. */
const REFERENCES_MAX = BULK_OPERATIONS_MAX;
/** What stands for all references of a request, in characters: more ids of ours than members fit into a body. */
const REPLACEMENTS_LENGTH_MAX = 16 * 1024 * 1024;
/** Of an id that a creation will give. */
const NEW_ID_LENGTH = 36;

/** A turn of an operation, by its position: `complete` adds what a circle of references kept back from a POST. */
export type BulkStep = { readonly kind: 'perform' | 'complete'; readonly position: number };

export type BulkPlan = {
  /** In an order in which everything that is referred to is there first, otherwise as it was sent. */
  readonly steps: BulkStep[];
  /** What refers to an operation that is not there, or to too much, by position. */
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
  const needed = new Map<number, Set<number>>();
  const left = new Map<number, Set<string>>();
  const references = entries.map((entry) =>
    'operation' in entry ? referencesOf(entry.operation) : new Map<string, number>(),
  );
  const problems = problemsOf(references, targets);
  const steps: BulkStep[] = [];
  /** Those under way, from the first that needed another. */
  const way = new Set<number>();
  const done = new Set<number>();
  /** What waits for a creation that is under way, and for how many each waits. */
  const waiting = new Map<number, Set<number>>();
  const open = new Map<number, number>();

  const visit = (position: number): void => {
    if (done.has(position)) return;
    way.add(position);
    for (const bulkId of problems.has(position) ? [] : (references[position]?.keys() ?? [])) {
      const target = targets.get(bulkId);
      if (typeof target !== 'number') continue;
      add(needed, position, target);
      if (!way.has(target)) {
        visit(target);
        continue;
      }
      add(left, position, bulkId);
      if (add(waiting, target, position)) open.set(position, (open.get(position) ?? 0) + 1);
    }
    way.delete(position);
    done.add(position);
    steps.push({ kind: 'perform', position });
    for (const other of waiting.get(position) ?? []) {
      const others = (open.get(other) ?? 0) - 1;
      open.set(other, others);
      if (others === 0) steps.push({ kind: 'complete', position: other });
    }
  };
  for (const position of entries.keys()) visit(position);
  return { steps, problems, left, needed, targets };
}

function problemsOf(
  references: readonly ReadonlyMap<string, number>[],
  targets: BulkPlan['targets'],
): Map<number, ScimError> {
  const problems = new Map<number, ScimError>();
  let room = REPLACEMENTS_LENGTH_MAX;
  references.forEach((counts, position) => {
    const problem = referenceProblem(counts, targets);
    const length = problem === undefined ? replacementsLength(counts, targets) : 0;
    if (problem !== undefined) problems.set(position, problem);
    else if (length > room) problems.set(position, scimErrors.payloadTooLarge(tooLong));
    else room -= length;
  });
  return problems;
}

const tooLong = `What the references of the bulk request stand for is longer than ${REPLACEMENTS_LENGTH_MAX} characters; send the operation in another one`;

function referenceProblem(counts: ReadonlyMap<string, number>, targets: BulkPlan['targets']): ScimError | undefined {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (all > REFERENCES_MAX)
    return scimErrors.invalidValue(
      `The operation holds ${all} references by bulkId, at most ${REFERENCES_MAX} are done`,
    );
  const unknown = [...counts.keys()].find((bulkId) => !targets.has(bulkId));
  if (unknown === undefined) return undefined;
  return scimErrors.invalidValue(`No operation has the bulkId "${shown(unknown)}" that this one refers to`);
}

function replacementsLength(counts: ReadonlyMap<string, number>, targets: BulkPlan['targets']): number {
  return [...counts].reduce((sum, [bulkId, count]) => {
    const target = targets.get(bulkId);
    return sum + count * (typeof target === 'string' ? target.length : NEW_ID_LENGTH);
  }, 0);
}

/** What is referred to may be any text. */
function shown(bulkId: string): string {
  return bulkId.length > 128 ? `${bulkId.slice(0, 128)}…` : bulkId;
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

/** Whether the value is a new one. */
function add<Key, Value>(sets: Map<Key, Set<Value>>, key: Key, value: Value): boolean {
  const set = sets.get(key) ?? new Set();
  if (set.has(value)) return false;
  sets.set(key, set.add(value));
  return true;
}
