import type { Position } from './page-cursor.ts';

interface Anchor {
  position: Position;
  totalCount: number | null;
  at: number;
  isUsed: boolean;
}

const ANCHORS_MAX = 10_000;
const KEPT_MILLISECONDS = 600_000;
/** Who has not asked for the next page by then walks no more. */
const WAITED_FOR_MILLISECONDS = 60_000;

/**
 * Where index pages ended, in this process: who asks for the next one reads on behind the record that they saw last, at the
 * cost of the first page, and misses nobody when others are deleted meanwhile. Without an anchor records are counted off.
 */
export class PageAnchors {
  /** The least recently set first. */
  readonly #anchors = new Map<string, Anchor>();

  /** `list` names the list and who walks through it, `startIndex` the page that begins behind the position. */
  set(list: string, startIndex: number, anchor: { position: Position; totalCount: number | null }, now: Date): void {
    const key = `${list} ${startIndex}`;
    const known = this.#anchors.get(key);
    // Somebody may still walk who saw less: rather show one record twice than one never.
    if (known && isWaitedFor(known, now) && isEarlier(known.position, anchor.position)) return;
    this.#anchors.delete(key);
    this.#anchors.set(key, { ...anchor, at: now.getTime(), isUsed: false });
    if (this.#anchors.size <= ANCHORS_MAX) return;
    for (const oldest of this.#anchors.keys()) {
      this.#anchors.delete(oldest);
      return;
    }
  }

  find(list: string, startIndex: number, now: Date): { position: Position; totalCount: number | null } | undefined {
    const anchor = this.#anchors.get(`${list} ${startIndex}`);
    if (!anchor || !isFresh(anchor, now)) return undefined;
    anchor.isUsed = true;
    return anchor;
  }
}

function isWaitedFor({ at, isUsed }: Anchor, now: Date): boolean {
  return !isUsed && now.getTime() - at < WAITED_FOR_MILLISECONDS;
}

/** In the order of making. In any other nobody here knows, and whoever asked last goes on. */
function isEarlier(one: Position, other: Position): boolean {
  return one.key === null && other.key === null && one.id < other.id;
}

function isFresh({ at }: Anchor, now: Date): boolean {
  return now.getTime() - at < KEPT_MILLISECONDS;
}
