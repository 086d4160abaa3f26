import { randomUUID } from 'node:crypto';
import { reportRefusedCallsDocument } from './documents/operations.ts';
import type { GraphCall, GraphClient } from './graph-client.ts';

type RefusedCall = { readonly directoryId: string; readonly call: GraphCall; readonly address: string };

/** As `reportRefusedCalls` takes them. */
type CountedCalls = { address: string; count: number; method: string; path: string; at: string };
type Counted = CountedCalls & { readonly directoryId: string; authorization: string | undefined };

const DELAY_MS = 500;
const COUNTED_MAX = 1000;
/** Of one address at one directory: whoever tries bearers is told apart from himself only so far. */
const BEARERS_AN_ADDRESS_MAX = 5;
const CALLS_A_REPORT_MAX = 100;
const PATH_LENGTH_MAX = 512;
/** Longer than any that opens something. */
const AUTHORIZATION_LENGTH_MAX = 512;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Counts the calls that were refused at the door and tells GraphQL within a second, each with the bearer that was refused:
 * the reason is found there. Memory is bounded: of a flood from many places, what comes last is not counted.
 */
export class RefusedCalls {
  readonly #graph: GraphClient;
  readonly #clock: () => Date;
  #counted = new Map<string, Counted>();
  /** How many bearers came from an address to a directory. */
  #bearers = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #isSending = false;
  #sending: Promise<void> = Promise.resolve();

  constructor({ graph, clock }: { graph: GraphClient; clock: () => Date }) {
    this.#graph = graph;
    this.#clock = clock;
  }

  add({ directoryId, call, address }: RefusedCall): void {
    if (!uuid.test(directoryId)) return;
    const counted = this.#countedFor(directoryId, address, keptAuthorization(call));
    if (counted === undefined) return;
    counted.count += 1;
    counted.method = call.method;
    counted.path = call.path.slice(0, PATH_LENGTH_MAX);
    counted.at = this.#clock().toISOString();
    if (!this.#isSending) this.#schedule();
  }

  /** Sends what there is. What GraphQL cannot take at the moment is lost: it is counts of strangers. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = this.#sending.then(() => this.#send());
    await this.#sending;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush(), DELAY_MS).unref();
  }

  #countedFor(directoryId: string, address: string, authorization: string | undefined): Counted | undefined {
    const place = `${directoryId} ${address}`;
    const key = `${place} ${authorization ?? ''}`;
    const known = this.#counted.get(key);
    if (known !== undefined) return known;
    const bearers = this.#bearers.get(place) ?? 0;
    // One count for all the others, told with the last of their bearers.
    const ownKey = bearers < BEARERS_AN_ADDRESS_MAX ? key : place;
    const other = this.#counted.get(ownKey);
    if (other !== undefined) {
      other.authorization = authorization;
      return other;
    }
    if (this.#counted.size >= COUNTED_MAX) return undefined;
    const counted = { directoryId, authorization, address, count: 0, method: '', path: '', at: '' };
    this.#counted.set(ownKey, counted);
    this.#bearers.set(place, bearers + 1);
    return counted;
  }

  /** What comes meanwhile waits for the next time, so that a flood never queues up more than there is room for here. */
  async #send(): Promise<void> {
    const counted = [...this.#counted.values()];
    this.#counted = new Map();
    this.#bearers = new Map();
    this.#isSending = true;
    for (const calls of byBearer(counted)) await this.#report(calls);
    this.#isSending = false;
    if (this.#counted.size > 0) this.#schedule();
  }

  async #report(calls: Counted[]): Promise<void> {
    const [first] = calls;
    if (first === undefined) return;
    const { directoryId, authorization } = first;
    const call = { authorization, requestId: randomUUID(), method: 'POST', path: '' };
    for (let start = 0; start < calls.length; start += CALLS_A_REPORT_MAX) {
      const input = { directoryId, calls: calls.slice(start, start + CALLS_A_REPORT_MAX).map(toInput) };
      await this.#graph.run(reportRefusedCallsDocument, { input }, call).catch(() => undefined);
    }
  }
}

function byBearer(counted: readonly Counted[]): Iterable<Counted[]> {
  return Map.groupBy(counted, ({ directoryId, authorization }) => `${directoryId} ${authorization ?? ''}`).values();
}

function toInput({ address, count, method, path, at }: Counted): CountedCalls {
  return { address, count, method, path, at };
}

function keptAuthorization({ authorization }: GraphCall): string | undefined {
  if (authorization === undefined || authorization.length <= AUTHORIZATION_LENGTH_MAX) return authorization;
  return authorization.slice(0, AUTHORIZATION_LENGTH_MAX);
}
