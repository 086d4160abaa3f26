import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../attributes/json.ts';
import { reportProvisioningEventsDocument } from './documents/operations.ts';
import type { GraphCall, GraphClient } from './graph-client.ts';

/** A read, or a request that was refused or failed. */
export type LoggedRequest = {
  readonly kind: 'reads' | 'refusals';
  readonly directoryId: string;
  readonly call: GraphCall;
  readonly outcome: string;
  readonly resourceId: string;
  readonly detail: JsonObject;
};

/** As `reportProvisioningEvents` takes them. */
export type ProvisioningEventInput = {
  requestId: string;
  method: string;
  path: string;
  outcome: string;
  resourceId?: string;
  detail: JsonObject;
  at: string;
};

type Events = { reads: ProvisioningEventInput[]; refusals: ProvisioningEventInput[] };
type Batch = Events & { readonly directoryId: string; readonly authorization: string | undefined; dropped: number };

const DELAY_MS = 500;
const EVENTS_A_REPORT_MAX = 2000;
const EVENTS_KEPT_MAX = 20_000;
const DROPPED_AT_ONCE = 1000;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Tells GraphQL, within a second, the provisioning events of requests that wrote nothing, batched by directory and bearer.
 * Memory is bounded: when reports cannot be sent the oldest reads fall away first, and how many is told.
 */
export class ProvisioningLog {
  readonly #graph: GraphClient;
  readonly #clock: () => Date;
  readonly #batches = new Map<string, Batch>();
  #kept = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor({ graph, clock }: { graph: GraphClient; clock: () => Date }) {
    this.#graph = graph;
    this.#clock = clock;
  }

  add({ kind, directoryId, call, outcome, resourceId, detail }: LoggedRequest): void {
    const { requestId, method, path } = call;
    const event: ProvisioningEventInput = { requestId, method, path, outcome, detail, at: this.#now() };
    // The store keeps UUIDs here; what a client made up stands in the path.
    if (uuid.test(resourceId)) event.resourceId = resourceId;
    this.#batchOf(directoryId, call.authorization)[kind].push(event);
    this.#kept += 1;
    if (this.#kept > EVENTS_KEPT_MAX) this.#dropOldest();
    this.#timer ??= setTimeout(() => void this.flush(), DELAY_MS).unref();
  }

  /** Sends what there is; what GraphQL cannot take at the moment is kept for the next time. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = this.#sending.then(() => this.#sendAll());
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    for (const [key, batch] of this.#batches) {
      while (batch.reads.length + batch.refusals.length > 0) {
        const taken = this.#take(batch);
        if (await this.#send(batch, taken)) continue;
        this.#putBack(batch, taken);
        this.#timer ??= setTimeout(() => void this.flush(), DELAY_MS).unref();
        return;
      }
      this.#batches.delete(key);
    }
  }

  #take(batch: Batch): Events {
    const refusals = batch.refusals.splice(0, EVENTS_A_REPORT_MAX);
    const reads = batch.reads.splice(0, EVENTS_A_REPORT_MAX - refusals.length);
    this.#kept -= refusals.length + reads.length;
    return { refusals, reads };
  }

  #putBack(batch: Batch, { reads, refusals }: Events): void {
    batch.reads = [...reads, ...batch.reads];
    batch.refusals = [...refusals, ...batch.refusals];
    this.#kept += reads.length + refusals.length;
    while (this.#kept > EVENTS_KEPT_MAX) this.#dropOldest();
  }

  /** False when the report should be sent again. A refused one is dropped: its bearer does not open the directory any more. */
  async #send(batch: Batch, { reads, refusals }: Events): Promise<boolean> {
    const { directoryId, authorization, dropped } = batch;
    const call: GraphCall = { authorization, requestId: randomUUID(), method: 'POST', path: '' };
    const events = [...refusals, ...reads].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
    if (dropped > 0) events.unshift(this.#droppedEvent(call, dropped));
    const input = { directoryId, events };
    const answer = await this.#graph.run(reportProvisioningEventsDocument, { input }, call).catch(() => undefined);
    if (answer?.errors?.[0]?.extensions?.code === 'SERVICE_UNAVAILABLE') return false;
    batch.dropped -= dropped;
    return true;
  }

  #droppedEvent({ requestId, method, path }: GraphCall, count: number): ProvisioningEventInput {
    return { requestId, method, path, outcome: 'eventsDropped', detail: { count }, at: this.#now() };
  }

  #batchOf(directoryId: string, authorization: string | undefined): Batch {
    const key = `${directoryId}\n${authorization ?? ''}`;
    let batch = this.#batches.get(key);
    if (batch === undefined) {
      batch = { directoryId, authorization, reads: [], refusals: [], dropped: 0 };
      this.#batches.set(key, batch);
    }
    return batch;
  }

  #dropOldest(): void {
    let largest: Batch | undefined;
    for (const batch of this.#batches.values()) {
      if (largest === undefined || sizeOf(batch) > sizeOf(largest)) largest = batch;
    }
    if (largest === undefined) return;
    const events = largest.reads.length > 0 ? largest.reads : largest.refusals;
    const { length } = events.splice(0, DROPPED_AT_ONCE);
    largest.dropped += length;
    this.#kept -= length;
  }

  #now(): string {
    return this.#clock().toISOString();
  }
}

function sizeOf({ reads, refusals }: Events): number {
  return reads.length + refusals.length;
}
