import { createHash } from 'node:crypto';
import { DomainError } from '../domain-error.ts';
import { isId } from '../id.ts';

/** Where a page ends or begins: the sort key of a record as text, null where it has none, and its id. */
export interface Position {
  key: string | null;
  id: string;
}

/** A place between two pages. It holds all that is needed to read on, in any process. */
export interface PageCursor {
  position: Position;
  /** The page before the position rather than behind it. */
  isBackwards: boolean;
  /** How many matched when the walk began; null where that is known without counting. */
  totalCount: number | null;
}

const VERSION = 1;
const LENGTH_MAX = 8_192;
const AHEAD_MILLISECONDS_MAX = 60_000;

/** As `pagination.cursorTimeout` of ServiceProviderConfig says (RFC 9865 §4); each page hands out a new one. */
export const CURSOR_LIFETIME_SECONDS = 3_600;

/** Tells the lists apart: a cursor continues only the one that it comes from. */
export function listDigest(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}

/** An opaque text of unreserved characters (RFC 9865 §2). */
export function writeCursor({ position, isBackwards, totalCount }: PageCursor, digest: string, now: Date): string {
  const facts = [VERSION, digest, now.getTime(), isBackwards ? 1 : 0, totalCount, position.id, position.key];
  return Buffer.from(JSON.stringify(facts)).toString('base64url');
}

/**
 * Reads a cursor of the list. It carries no right: whoever makes one up sees what the bearer may list anyway. Throws
 * `cursorInvalid`, and `cursorExpired` after its lifetime.
 */
export function readCursor(text: string, digest: string, now: Date): PageCursor {
  const [version, ofDigest, issuedAt, direction, totalCount, id, key] = readFacts(text);
  const isOurs = version === VERSION && typeof issuedAt === 'number' && typeof id === 'string' && isId(id);
  const isWhole =
    (direction === 0 || direction === 1) && isCountOrNull(totalCount) && (key === null || typeof key === 'string');
  if (!isOurs || !isWhole) throw cursorInvalid('The cursor is none that this service has given.');
  if (ofDigest !== digest) {
    throw cursorInvalid('The cursor belongs to another list: directory, filter and sorting have to stay the same.');
  }
  if (issuedAt > now.getTime() + AHEAD_MILLISECONDS_MAX) throw cursorInvalid('The cursor is of a time to come.');
  if (issuedAt < now.getTime() - CURSOR_LIFETIME_SECONDS * 1_000) {
    const message = `The cursor is older than ${CURSOR_LIFETIME_SECONDS} seconds. Begin with an empty one.`;
    throw new DomainError('cursorExpired', message, { path: 'cursor' });
  }
  return { position: { id, key }, isBackwards: direction === 1, totalCount };
}

export function cursorInvalid(message: string): DomainError {
  return new DomainError('cursorInvalid', message, { path: 'cursor' });
}

function readFacts(text: string): unknown[] {
  if (text.length > LENGTH_MAX || !/^[\w-]+$/.test(text)) return [];
  try {
    const facts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(facts) ? facts : [];
  } catch {
    return [];
  }
}

function isCountOrNull(value: unknown): value is number | null {
  return value === null || (Number.isSafeInteger(value) && Number(value) >= 0);
}
