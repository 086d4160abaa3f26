import { signInReference } from '../../domain/sign-in-log/sign-in-reference.ts';
import { type Html, html } from './html.ts';

/** The query of one of our own addresses, without what is null; empty without any. */
export function queryOf(values: Record<string, string | null | undefined>): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** Carries where to go on through a form. */
export function hiddenReturnTo(returnTo: string | null): Html | false {
  return returnTo !== null && html`<input type="hidden" name="returnTo" value="${returnTo}">`;
}

/** A time as anybody anywhere reads it: the page knows no time zone. */
export function timeOf(time: Date): Html {
  const text = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  return html`<time datetime="${time.toISOString()}">${text.format(time)} UTC</time>`;
}

/** A form of one button, for what changes something. */
export function buttonForm(
  action: string,
  label: string,
  { fields = {}, isPrimary = false, isInline = false, isQuiet = false }: ButtonOptions = {},
): Html {
  const hidden = Object.entries(fields).map(
    ([name, value]) => value !== null && html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const looks = `button${isPrimary ? ' primary' : ''}${isInline ? ' inline' : ''}${isQuiet ? ' quiet' : ''}`;
  return html`<form method="post" action="${action}">${hidden}<button class="${looks}">${label}</button></form>`;
}

export interface ButtonOptions {
  fields?: Record<string, string | null>;
  isPrimary?: boolean;
  isInline?: boolean;
  /** Looks like a link. */
  isQuiet?: boolean;
}

/** What names a sign-in to people: in parts for the eye and the ear, in one for whoever copies it. */
export function referenceOf(eventId: string): Html {
  const parts = signInReference(eventId).match(/.{1,4}/g) ?? [];
  return html`<code title="${eventId}">${parts.map((part) => html`<span>${part}</span>`)}</code>`;
}
