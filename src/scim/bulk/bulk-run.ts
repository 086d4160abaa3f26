import { isJsonObject, type Json, type JsonObject } from '../../attributes/json.ts';
import { PATCH_OP } from '../../attributes/urns.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { errorBody, ScimError, scimErrors } from '../protocol/scim-error.ts';
import { type BulkPlan, type BulkStep, planBulk } from './bulk-plan.ts';
import { referenceIn, resolvedBody, splitBody } from './bulk-references.ts';
import { type BulkEntry, type BulkOperation, type BulkRequest, bulkIdOf, resourcePathOf } from './bulk-request.ts';

/** The result of one operation (RFC 7644 §3.7.3); `response` only where it failed. */
type BulkResult = {
  location?: string;
  method?: Json;
  bulkId?: string;
  version?: string;
  status: string;
  response?: object;
};

/** Operations of one kind that have nothing to do with each other run at the same time, up to so many. */
const AT_ONCE_MAX = 16;

/** Performs the operations of a bulk request, each through the handler that answers it alone and in a transaction of its own. */
export class BulkRun {
  readonly #exchange: Exchange;
  readonly #entries: readonly BulkEntry[];
  readonly #plan: BulkPlan;
  readonly #failOnErrors: number;
  readonly #results: (BulkResult | undefined)[];
  /** Of the resources that were created here, by position. */
  readonly #createdIds = new Map<number, string>();
  readonly #keptBack = new Map<number, Json[]>();

  constructor(exchange: Exchange, { entries, failOnErrors }: BulkRequest) {
    this.#exchange = exchange;
    this.#entries = entries;
    this.#plan = planBulk(entries);
    this.#failOnErrors = failOnErrors ?? Number.POSITIVE_INFINITY;
    this.#results = entries.map(() => undefined);
  }

  /** The results in the order of the operations, without those that `failOnErrors` kept from being tried. */
  async perform(): Promise<BulkResult[]> {
    if (Number.isFinite(this.#failOnErrors)) await this.#performInTurn();
    else for (const steps of this.#runs()) await inParallel(steps, AT_ONCE_MAX, (step) => this.#take(step));
    return this.#results.filter((result) => result !== undefined);
  }

  async #performInTurn(): Promise<void> {
    const { steps } = this.#plan;
    let last = -1;
    for (const [turn, step] of steps.entries()) {
      if (this.#errorCount() < this.#failOnErrors) {
        await this.#take(step);
        last = turn;
      } else if (step.kind === 'complete' && this.#results[step.position] !== undefined) {
        // It belongs to an operation that was begun.
        await this.#take(step);
      }
    }
    const untried = this.#results.filter((result) => result === undefined).length;
    const position = steps[last]?.position ?? 0;
    const cut = this.#results[position];
    if (untried > 0 && cut !== undefined) this.#results[position] = cutOff(cut, untried, this.#failOnErrors);
  }

  async #take({ kind, position }: BulkStep): Promise<void> {
    this.#results[position] = kind === 'perform' ? await this.#perform(position) : await this.#complete(position);
  }

  #errorCount(): number {
    return this.#results.filter((result) => result?.response !== undefined).length;
  }

  /** The steps cut into lists whose steps may run at the same time: neighbours of one kind, on different resources. */
  #runs(): BulkStep[][] {
    const runs: BulkStep[][] = [];
    let kind: string | undefined;
    let resources = new Set<string>();
    let positions = new Set<number>();
    for (const step of this.#plan.steps) {
      const operation = this.#operationAt(step.position);
      const ownKind = operation && step.kind === 'perform' ? `${operation.method} ${operation.endpoint}` : undefined;
      const needed = this.#plan.needed.get(step.position) ?? new Set();
      const resource = operation && (this.#idOf(referenceIn(operation.id)) ?? operation.id);
      const isFree = !resources.has(resource ?? '') && ![...needed].some((target) => positions.has(target));
      if (ownKind === undefined || ownKind !== kind || !isFree) {
        runs.push([]);
        resources = new Set();
        positions = new Set();
      }
      kind = ownKind;
      runs.at(-1)?.push(step);
      positions.add(step.position);
      if (resource) resources.add(resource);
    }
    return runs;
  }

  async #perform(position: number): Promise<BulkResult> {
    const entry = this.#entries[position];
    if (entry === undefined) throw scimErrors.internal();
    if ('problem' in entry) return refused(entry.problem, this.#namesOf(entry.sent));
    const { operation } = entry;
    const { method, bulkId } = operation;
    const names = { method, ...(bulkId === undefined ? {} : { bulkId }) };
    const problem = this.#plan.problems.get(position) ?? this.#failedReference(position, false);
    const sentPath = `${operation.endpoint}/${encodeURIComponent(operation.id)}`;
    if (problem !== undefined) return refused(problem, this.#namesOf({ ...names, path: sentPath }));
    const id = this.#idOf(referenceIn(operation.id)) ?? operation.id;
    const path = method === 'POST' ? operation.endpoint : `${operation.endpoint}/${encodeURIComponent(id)}`;
    const version = operation.version === undefined ? {} : { version: operation.version };
    const reply = await this.#exchange.perform({ method, path, body: this.#bodyNow(position, operation), ...version });
    const result = resultOf(reply, names);
    if (method === 'POST' && result.location !== undefined)
      this.#createdIds.set(position, lastSegment(result.location));
    // A creation that failed is nowhere; everything else stays where it was.
    return method === 'POST' ? result : { location: `${this.#exchange.baseUrl}${path}`, ...result };
  }

  /** What was left out of a creation because of a circle; the resource stays where that cannot be added. */
  async #complete(position: number): Promise<BulkResult> {
    const created = this.#results[position];
    const operation = this.#operationAt(position);
    const id = this.#createdIds.get(position);
    if (created === undefined || operation === undefined) throw scimErrors.internal();
    if (id === undefined) return created;
    const { location = '', method = 'POST', bulkId } = created;
    const names = { location, method, ...(bulkId === undefined ? {} : { bulkId }) };
    const problem = this.#failedReference(position, true);
    if (problem !== undefined) return refused(incomplete(problem), names);
    const later = { schemas: [PATCH_OP], Operations: this.#keptBack.get(position) ?? [] };
    const body = resolvedBody({ ...operation, body: later }, (name) => this.#idOf(name));
    const path = `${operation.endpoint}/${encodeURIComponent(id)}`;
    const reply = await this.#exchange.perform({ method: 'PATCH', path, body });
    const result = resultOf(reply, names);
    return result.response === undefined ? { ...result, status: created.status } : result;
  }

  /** The data with the ids of what it refers to; of a creation in a circle without what is not there yet. */
  #bodyNow(position: number, operation: BulkOperation): JsonObject {
    const missing = this.#plan.left.get(position);
    if (missing === undefined) return resolvedBody(operation, (name) => this.#idOf(name));
    const { now, later } = splitBody(operation.body, (name) => missing.has(name));
    this.#keptBack.set(position, later);
    return resolvedBody({ ...operation, body: now }, (name) => this.#idOf(name));
  }

  /** What can be said of an operation that was not tried; of everything but a creation also where its resource is. */
  #namesOf(sent: Json): { location?: string; method?: Json; bulkId?: string } {
    const method = isJsonObject(sent) && typeof sent.method === 'string' ? sent.method : undefined;
    const bulkId = bulkIdOf(sent);
    const path = resourcePathOf(sent);
    return {
      ...(path === undefined ? {} : { location: `${this.#exchange.baseUrl}${path}` }),
      ...(method === undefined ? {} : { method }),
      ...(bulkId === undefined ? {} : { bulkId }),
    };
  }

  #operationAt(position: number): BulkOperation | undefined {
    const entry = this.#entries[position];
    return entry !== undefined && 'operation' in entry ? entry.operation : undefined;
  }

  #idOf(bulkId: string | undefined): string | undefined {
    const target = bulkId === undefined ? undefined : this.#plan.targets.get(bulkId);
    return typeof target === 'number' ? this.#createdIds.get(target) : target;
  }

  /** Of what is referred to in a circle not all is there the first time. */
  #failedReference(position: number, isComplete: boolean): ScimError | undefined {
    for (const target of this.#plan.needed.get(position) ?? []) {
      if (this.#createdIds.has(target) || (!isComplete && this.#results[target] === undefined)) continue;
      const entry = this.#entries[target];
      const bulkId = entry && ('operation' in entry ? entry.operation.bulkId : bulkIdOf(entry.sent));
      return new ScimError(409, `The operation with the bulkId "${bulkId}", which this one refers to, created nothing`);
    }
    return undefined;
  }
}

/** RFC 7644 §3.7.3 has only what was processed in the answer; that something is missing must not go unseen. */
function cutOff(result: BulkResult, untried: number, failOnErrors: number): BulkResult {
  const { response } = result;
  if (response === undefined || !('detail' in response)) return result;
  const reason = `bulk request cut off here: failOnErrors is ${failOnErrors}, ${untried} operations were not tried`;
  return { ...result, response: { ...response, detail: `${response.detail}; ${reason}` } };
}

function resultOf(reply: Reply, names: { location?: string; method: Json; bulkId?: string }): BulkResult {
  const { status, headers = {}, body } = reply;
  if (status >= 400) return { ...names, status: String(status), response: body ?? {} };
  const { Location: location, ETag: version } = headers;
  return {
    ...(location === undefined ? {} : { location }),
    ...names,
    ...(version === undefined ? {} : { version }),
    status: String(status),
  };
}

function refused(error: ScimError, names: { location?: string; method?: Json; bulkId?: string }): BulkResult {
  return { ...names, status: String(error.status), response: errorBody(error) };
}

function incomplete({ status, detail, scimType }: ScimError): ScimError {
  return new ScimError(status, `${detail}; the resource was created without what refers to it`, scimType);
}

function lastSegment(location: string): string {
  return decodeURIComponent(location.slice(location.lastIndexOf('/') + 1));
}

async function inParallel<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
