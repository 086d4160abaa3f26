import { SIGN_IN_PATH } from '../../domain/sign-in-addresses.ts';
import { type Html, html } from './html.ts';
import type { Page, Site } from './page.ts';

/** What went wrong before anything is known of the person or the organization. */
const notices = {
  linkUnknown: {
    status: 404,
    title: 'This link leads nowhere',
    happened: 'It was used already, has expired, or was not copied whole.',
    next: 'One-time links are good for one sign-in within an hour. Ask for a new one, or sign in another way.',
  },
  linkDeactivated: {
    status: 403,
    title: 'This link opens nothing any more',
    happened: 'Whom it is for is not active, is no owner any more, or the organization is suspended.',
    next: 'Ask whoever runs this service for a link for an owner who is active.',
  },
  onceOnly: {
    status: 403,
    title: 'You came by a one-time link',
    happened:
      'Such a link is good for one sign-in, and your organization has no other way in yet by which to prove again who you are.',
    next: 'You stay signed in as you were. Ask whoever runs this service for another link (“rollcall owner-link”), and open it in this browser. Once sign-in is connected, that is what asks you.',
  },
  testUnknown: {
    status: 404,
    title: 'This test has expired',
    happened: 'The address of a test sign-in is good for 15 minutes, as long as the connection is not changed.',
    next: 'Run “rollcall connection test” again, or ask for it over GraphQL, and open the new address.',
  },
  connectionUnknown: {
    status: 404,
    title: 'This sign-in does not exist',
    happened: 'The address belongs to a connection that was deleted or never was.',
    next: 'If your identity provider sent you here, show this page to your IT team: its set-up still names this address.',
  },
  notFound: {
    status: 404,
    title: 'This page does not exist',
    happened: 'The address is not one of ours.',
    next: 'Begin at the sign-in page.',
  },
  methodNotAllowed: {
    status: 405,
    title: 'Nothing opens at this address',
    happened: 'It takes something else than what your browser sent: perhaps you came by a bookmark or by going back.',
    next: 'Begin at the sign-in page.',
  },
  embedded: {
    status: 403,
    title: 'This page stands alone',
    happened: 'For your safety, it does not open within another page.',
    next: 'Open the sign-in page in a tab of its own.',
  },
  methodUnknown: {
    status: 404,
    title: 'This way to sign in is not offered',
    happened: 'It is not set up here.',
    next: 'Choose another one on the sign-in page.',
  },
  foreignForm: {
    status: 403,
    title: 'That came from another page',
    happened: 'For your safety, only our own pages may send this form.',
    next: 'Open the sign-in page yourself and try again.',
  },
  requestUnreadable: {
    status: 400,
    title: 'That could not be read',
    happened: 'What your browser sent is not what this page expects.',
    next: 'Go back and try again.',
  },
  rateLimited: {
    status: 429,
    title: 'Too many tries',
    happened: 'Too many sign-ins came from your network in a short time, so we take a little break.',
    next: 'Wait a minute, then try again.',
  },
  unavailable: {
    status: 503,
    title: 'We cannot sign you in right now',
    happened: 'Something that we need does not answer. It is not your fault, and nothing was changed.',
    next: 'Try again in a minute.',
  },
  mistake: {
    status: 500,
    title: 'Something went wrong',
    happened: 'The mistake is ours, and it has been noted.',
    next: 'Try again. If it happens again, tell whoever runs this service the number below.',
  },
} as const;
export type NoticeKind = keyof typeof notices;

/** A plain page for the kind; `reference` is what a log knows it by. */
export function noticePage(
  site: Site,
  kind: NoticeKind,
  reference?: Html,
): Page & { status: (typeof notices)[NoticeKind]['status'] } {
  const { status, title, happened, next } = notices[kind];
  const [path, label] = kind === 'onceOnly' ? ['/', 'Go back without it'] : [SIGN_IN_PATH, 'Go to sign-in'];
  return {
    status,
    title,
    body: html`<h1>${title}</h1>
<p>${happened}</p>
<p>${next}</p>
<div class="actions"><a class="button primary" href="${site.base}${path}">${label}</a></div>
${reference && html`<dl class="reference"><dt>Reference</dt><dd>${reference}</dd></dl>`}`,
  };
}
