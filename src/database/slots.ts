/** The error of a wait that was too long; PostgreSQL says the same of a statement (57014, query_canceled). */
export class WaitedTooLong extends Error {
  readonly code = '57014';
}

interface Waiting {
  key: string;
  begin: () => void;
}

/**
 * Lets work of one kind have only a part of the connections, and each key only a part of that, so that nobody waits for
 * what somebody else asks too much of. Who waits longer than the limit is refused with `WaitedTooLong`.
 */
export class Slots {
  readonly #total: number;
  readonly #ofOne: number;
  readonly #waitMilliseconds: number;
  readonly #running = new Map<string, number>();
  #runningCount = 0;
  #waiting: Waiting[] = [];

  constructor(limits: { total: number; ofOne: number; waitMilliseconds: number }) {
    this.#total = limits.total;
    this.#ofOne = limits.ofOne;
    this.#waitMilliseconds = limits.waitMilliseconds;
  }

  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    if (!this.#isFree(key)) await this.#wait(key);
    else this.#take(key);
    try {
      return await work();
    } finally {
      this.#leave(key);
    }
  }

  #isFree(key: string): boolean {
    return this.#runningCount < this.#total && (this.#running.get(key) ?? 0) < this.#ofOne;
  }

  #take(key: string): void {
    this.#runningCount += 1;
    this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
  }

  #leave(key: string): void {
    this.#runningCount -= 1;
    const left = (this.#running.get(key) ?? 1) - 1;
    if (left === 0) this.#running.delete(key);
    else this.#running.set(key, left);
    const next = this.#waiting.find((waiting) => this.#isFree(waiting.key));
    if (!next) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== next);
    this.#take(next.key);
    next.begin();
  }

  #wait(key: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(new WaitedTooLong('Too many searches of one organization run at the same time.'));
      };
      const timer = setTimeout(giveUp, this.#waitMilliseconds);
      const waiting = {
        key,
        begin: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.#waiting.push(waiting);
    });
  }
}
