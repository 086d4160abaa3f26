import { v7 as uuid } from 'uuid';
import { DomainError } from '../domain-error.ts';
import { isId } from '../id.ts';
import { isFailureOutcome, isReportable } from './provisioning-outcome.ts';

/** A read, a refusal or a failure as the facade saw it; writes tell of themselves. */
export interface ReportedEvent {
  id: string;
  requestId: string;
  method: string;
  path: string;
  outcome: string;
  isFailure: boolean;
  resourceId: string | null;
  detail: object;
  at: string;
}

const REPORTED_MAX = 5_000;
const TEXT_LENGTH_MAX = 4_096;

/** Reads a list of reported events; the facade's clock is not ours, so none lies in our future. */
export function readReportedEvents(json: unknown, now: Date): ReportedEvent[] {
  if (!Array.isArray(json)) throw new DomainError('invalidValue', 'events is a list.', { path: 'events' });
  if (json.length > REPORTED_MAX) {
    throw new DomainError('tooMany', `At most ${REPORTED_MAX} events are reported at once.`, { path: 'events' });
  }
  const latest = now.toISOString();
  return json.map((event: unknown, position) => readEvent(event, position, latest));
}

function readEvent(json: unknown, position: number, latest: string): ReportedEvent {
  const path = `events.${position}`;
  const event = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  const { requestId, method, path: requestPath, outcome, resourceId, detail, at } = event;
  const texts = { requestId, method, path: requestPath, outcome, at };
  for (const [name, value] of Object.entries(texts)) {
    if (typeof value === 'string' && value.length <= TEXT_LENGTH_MAX) continue;
    const message = `${path}.${name} is a text of at most ${TEXT_LENGTH_MAX} characters.`;
    throw new DomainError('invalidValue', message, { path: `${path}.${name}` });
  }
  if (!isReportable(String(outcome))) {
    const message = `${path}.outcome is no read, refusal or failure; writes tell of themselves.`;
    throw new DomainError('invalidValue', message, { path: `${path}.outcome` });
  }
  const time = new Date(String(at));
  if (Number.isNaN(time.getTime())) throw new DomainError('invalidValue', `${path}.at is no time.`, { path });
  const iso = time.toISOString();
  return {
    ...(texts as { requestId: string; method: string; path: string; outcome: string }),
    // Named by its time, because it may come after writes that were later.
    id: uuid({ msecs: Date.parse(iso > latest ? latest : iso), seq: position }),
    isFailure: isFailureOutcome(String(outcome)),
    resourceId: typeof resourceId === 'string' && isId(resourceId) ? resourceId : null,
    detail: typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : {},
    at: iso > latest ? latest : iso,
  };
}

/** How JSON writes what PostgreSQL cannot keep in a text: NUL and halves of surrogate pairs. */
const UNSTORABLE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/** JSON with what PostgreSQL could not keep replaced, so that one hostile request does not hide the others. */
export function storableJson(rows: object): string {
  const json = JSON.stringify(rows);
  if (!UNSTORABLE.test(json)) return json;
  return JSON.stringify(rows, (_key, value) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value,
  );
}
