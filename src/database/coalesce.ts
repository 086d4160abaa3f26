export interface CoalesceOptions<Item, Result> {
  /** Runs a batch of one organization in one transaction; the results stand in the order of the items. */
  run: (organizationId: string, items: Item[]) => Promise<Result[]>;
  /** Two items with one key never share a batch: the later waits for the next. Undefined: any may share. */
  keyOf?: (item: Item) => string | undefined;
  /** Whether a failed batch is run again item by item; not where the outcome of its commit is unknown. */
  runsAgainAlone?: (error: unknown) => boolean;
  itemsMax?: number;
  batchesInFlightMax?: number;
}

interface Waiting<Item, Result> {
  item: Item;
  key: string | undefined;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

interface Queue<Item, Result> {
  waiting: Waiting<Item, Result>[];
  inFlight: number;
  isScheduled: boolean;
}

/**
 * Gathers concurrent requests of one organization into one statement and one commit (design: coalescing). The returned
 * function resolves with the item's own result after its batch has committed. A batch that fails as a whole is run
 * again item by item, so that one bad item never fails its neighbours; alone it fails with its own error.
 *
 * A lone request leaves on the next turn of the event loop, so coalescing costs nothing when nobody else waits.
 */
export function coalesce<Item, Result>(
  options: CoalesceOptions<Item, Result>,
): (organizationId: string, item: Item) => Promise<Result> {
  const { run, keyOf = () => undefined, runsAgainAlone = () => true, itemsMax = 64, batchesInFlightMax = 2 } = options;
  const queues = new Map<string, Queue<Item, Result>>();

  function schedule(organizationId: string, queue: Queue<Item, Result>): void {
    if (queue.isScheduled || queue.inFlight >= batchesInFlightMax) return;
    queue.isScheduled = true;
    setImmediate(() => {
      queue.isScheduled = false;
      pump(organizationId, queue);
    });
  }

  function pump(organizationId: string, queue: Queue<Item, Result>): void {
    while (queue.waiting.length > 0 && queue.inFlight < batchesInFlightMax) {
      const batch = takeBatch(queue, itemsMax);
      queue.inFlight += 1;
      void settle(organizationId, batch).finally(() => {
        queue.inFlight -= 1;
        if (queue.waiting.length > 0) schedule(organizationId, queue);
        else if (queue.inFlight === 0) queues.delete(organizationId);
      });
    }
  }

  async function settle(organizationId: string, batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(
        organizationId,
        batch.map((waiting) => waiting.item),
      );
      if (results.length !== batch.length) throw new Error('A batch answers each of its items.');
      batch.forEach((waiting, position) => {
        waiting.resolve(results[position] as Result);
      });
    } catch (error) {
      if (batch.length === 1 || !runsAgainAlone(error)) for (const waiting of batch) waiting.reject(error);
      else for (const waiting of batch) await settle(organizationId, [waiting]);
    }
  }

  return (organizationId, item) =>
    new Promise((resolve, reject) => {
      let queue = queues.get(organizationId);
      if (!queue) {
        queue = { waiting: [], inFlight: 0, isScheduled: false };
        queues.set(organizationId, queue);
      }
      queue.waiting.push({ item, key: keyOf(item), resolve, reject });
      schedule(organizationId, queue);
    });
}

/** The longest run of the queue's head without a repeated key; what repeats keeps its place for the next batch. */
function takeBatch<Item, Result>(queue: Queue<Item, Result>, itemsMax: number): Waiting<Item, Result>[] {
  const batch: Waiting<Item, Result>[] = [];
  const kept: Waiting<Item, Result>[] = [];
  const keys = new Set<string>();
  for (const [position, waiting] of queue.waiting.entries()) {
    if (batch.length === itemsMax) {
      kept.push(...queue.waiting.slice(position));
      break;
    }
    if (waiting.key !== undefined && keys.has(waiting.key)) kept.push(waiting);
    else {
      if (waiting.key !== undefined) keys.add(waiting.key);
      batch.push(waiting);
    }
  }
  queue.waiting = kept;
  return batch;
}
