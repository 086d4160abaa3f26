import type { TenantObject } from '../tenant-objects.ts';

const oneDay = 24 * 60;

/** What failed: the object itself, its references (manager, members), or its deletion. */
export type EscrowKind = 'object' | 'reference' | 'deletion';

interface Entry {
  failures: number;
  retryAt: number;
}

/** Objects that failed and are tried again in later cycles: in the next one, then after twice as long each time, at least once a day. */
export class Escrow {
  private readonly entries: Record<EscrowKind, Map<TenantObject, Entry>> = {
    object: new Map(),
    reference: new Map(),
    deletion: new Map(),
  };

  count(kind: EscrowKind): number {
    return this.entries[kind].size;
  }

  has(kind: EscrowKind, object: TenantObject): boolean {
    return this.entries[kind].has(object);
  }

  /** Whether anything of the object waits. */
  isHeld(object: TenantObject): boolean {
    return Object.values(this.entries).some((entries) => entries.has(object));
  }

  /** Every object that something waits for. */
  objects(): Set<TenantObject> {
    return new Set(Object.values(this.entries).flatMap((entries) => [...entries.keys()]));
  }

  /** `cycleMinutes` is how long the next cycle is away. */
  hold(kind: EscrowKind, object: TenantObject, now: number, cycleMinutes: number): void {
    const failures = (this.entries[kind].get(object)?.failures ?? 0) + 1;
    const gap = Math.min(cycleMinutes * 2 ** (failures - 1), oneDay);
    this.entries[kind].set(object, { failures, retryAt: now + gap });
  }

  release(kind: EscrowKind, object: TenantObject): void {
    this.entries[kind].delete(object);
  }

  /** Those whose time has come. */
  due(kind: EscrowKind, now: number): TenantObject[] {
    return [...this.entries[kind]].flatMap(([object, { retryAt }]) => (retryAt <= now ? [object] : []));
  }

  clear(): void {
    for (const entries of Object.values(this.entries)) entries.clear();
  }
}
