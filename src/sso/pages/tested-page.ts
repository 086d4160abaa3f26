import type { SignInOutcome } from '../../domain/sign-in/sign-in.ts';
import { type Html, html } from './html.ts';
import type { Page, Site } from './page.ts';

type Tested = Extract<SignInOutcome, { kind: 'tested' }>;

/** What a test of a connection brought back, and what a sign-in by the same person would do. Nobody was signed in. */
export function testedPage(_site: Site, connectionName: string, { claims, stableId, prediction }: Tested): Page {
  const { outcome, userName, reason } = prediction;
  const verdict =
    outcome === 'wouldSignIn'
      ? html`<div class="note"><p><strong>This person would be signed in</strong>${userName !== null && html` as <strong>${userName}</strong>`}.</p></div>`
      : html`<div class="note wrong"><p><strong>This person would not be signed in yet</strong>${reason !== null && html`: <code>${reason}</code>`}.</p></div>`;
  return {
    title: 'The test worked',
    isWide: true,
    body: html`<h1>The test worked</h1>
<p>${connectionName} answered, and its answer passed all checks. Nobody was signed in.</p>
${verdict}
<h2>How the person is recognised</h2>
<dl class="facts"><dt>Stable id</dt><dd>${stableId === null ? 'Not sent. Check the claim that the connection is set to, or people can be matched once by their e-mail address only.' : html`<code>${stableId}</code>`}</dd></dl>
<h2>What was received</h2>
<dl class="facts">${Object.entries(claims).map(([name, value]) => html`<dt>${name}</dt><dd>${claimText(value)}</dd>`)}</dl>
<p class="reference">You can close this window. The connection shows the same under “last test”; enable it when this is who you expect.</p>`,
  };
}

function claimText(value: unknown): Html {
  const text = Array.isArray(value)
    ? value.map(String).join(', ')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
  return html`<code>${text}</code>`;
}
