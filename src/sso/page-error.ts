import type { NoticeKind } from './pages/notice-page.ts';

interface PageFacts {
  retryAfterSeconds?: number;
  /** Names it in the sign-in log of an organization. */
  eventId?: string | null;
}

/** Ends a request with a plain page. */
export class PageError extends Error {
  readonly kind: NoticeKind;
  readonly retryAfterSeconds: number | undefined;
  readonly eventId: string | null;

  constructor(kind: NoticeKind, { retryAfterSeconds, eventId = null }: PageFacts = {}) {
    super(`The page ${kind} was answered.`);
    this.name = 'PageError';
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
    this.eventId = eventId;
  }
}
