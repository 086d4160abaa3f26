import type { LoginProvider } from '../../domain/accounts/account.entity.ts';
import { SIGN_IN_PATH, signInPath } from '../../domain/sign-in-addresses.ts';
import { type Html, html } from './html.ts';
import { buttonForm, queryOf, timeOf } from './links.ts';
import type { Page, Site } from './page.ts';
import { whomToAsk } from './refusal-page.ts';
import { loginProviderNames } from './start-page.ts';

export interface LandingFacts {
  /** Who is signed in: the name in the organization, else of the account. */
  name: string | null;
  email: string | null;
  /** Null for an empty account, and where the sign-in to it is over. */
  organization: { id: string; name: string; contact: string | null; hasAccess: boolean } | null;
  /** The organization whose sign-in has ended while the session goes on; null without one, and for who may not come back. */
  ended: { id: string; name: string; slug: string; contact: string | null; by: 'sso' | 'others' | null } | null;
  /** Whether it is for this person to connect the identity provider of the organization, which has none. */
  lacksConnection: { slug: string; isPlanIncluded: boolean } | null;
  memberships: readonly { organizationId: string; name: string; isActive: boolean }[];
  /** The account's ways in beside the connections of its organizations. */
  logins: readonly LoginProvider[];
  sessionCount: number;
  /** For those who may read the audit: what lately changed about who gets in. */
  changes: readonly { what: string; by: string; at: Date }[] | null;
  productUrl: string | null;
}

/** Where a sign-in ends when the product has no page of its own, or the person may see nothing there yet. */
export function landingPage(site: Site, facts: LandingFacts): Page {
  const { organization, productUrl } = facts;
  return {
    title: titleOf(facts),
    isWide: true,
    body: html`<h1>${titleOf(facts)}</h1>
<p class="muted">Signed in as <strong>${facts.name ?? facts.email ?? 'an account without a name'}</strong>${facts.name !== null && facts.email !== null && facts.email !== facts.name && ` (${facts.email})`}.</p>
${stateOf(site, facts)}
${organization?.hasAccess && productUrl !== null && html`<div class="actions"><a class="button primary" href="${productUrl}">Go to ${site.productName}</a></div>`}
${connectNext(facts)}
${organizationsOf(site, facts)}
${loginsOf(facts)}
${changesOf(facts)}
<h2>This session</h2>
<p>${facts.sessionCount === 1 ? 'This is the only browser in which you are signed in.' : `You are signed in with ${facts.sessionCount} browsers, of which this is one.`}</p>
${buttonForm(`${site.base}/session/leave`, 'Sign out', { isInline: true })}`,
  };
}

function titleOf({ organization, ended, memberships }: LandingFacts): string {
  if (organization === null && ended) return `Your sign-in to ${ended.name} has ended`;
  if (organization === null)
    return memberships.some(({ isActive }) => isActive) ? 'Choose an organization' : 'Your account is empty';
  return organization.hasAccess ? organization.name : 'No access yet';
}

function stateOf(site: Site, { organization, ended, memberships }: LandingFacts): Html | null {
  const { productName } = site;
  if (organization === null && ended) return endedState(site, ended);
  if (organization === null) {
    return memberships.some(({ isActive }) => isActive)
      ? html`<p>You belong to the organizations below. Choose the one to work in.</p>`
      : html`<p>You are signed in, but belong to no organization in ${productName} now: there is nothing to see or to change.</p>
<p>If your company uses ${productName}, ask the team that manages it there to add you, or sign in with your company’s slug.</p>`;
  }
  if (organization.hasAccess) return null;
  return html`<p>You are a member of <strong>${organization.name}</strong>, and nobody has given you any permission in ${productName} so far. That is why there is nothing to see yet.</p>
<h2>What to do next</h2>
${whomToAsk({ contact: organization.contact, organization: organization.name, productName })}
<p class="muted">As soon as they have given you, or a group that you are in, a permission, load this page again.</p>`;
}

function endedState({ base, productName }: Site, ended: NonNullable<LandingFacts['ended']>): Html {
  const { name, slug, contact, by } = ended;
  if (by === null) {
    return html`<p>${name} takes no sign-ins at the moment: no connection to an identity provider is switched on.</p>
<h2>What to do next</h2>
${whomToAsk({ contact, organization: name, productName })}
<p class="muted">Owners get back in by a one-time link of whoever runs this service.</p>`;
  }
  const address = by === 'sso' ? `${base}${signInPath(slug)}${queryOf({ choose: '' })}` : `${base}${SIGN_IN_PATH}`;
  return html`<p>That happens after some time, and when an admin ends it or changes how people sign in.</p>
<div class="actions"><a class="button primary" href="${address}">Sign in again</a></div>`;
}

/** What comes after a new organization was set up. */
function connectNext({ lacksConnection }: LandingFacts): Html | null {
  if (!lacksConnection) return null;
  const { slug, isPlanIncluded } = lacksConnection;
  const commands = [
    ...(isPlanIncluded ? [] : [`rollcall org update --org ${slug} --plan enterprise`]),
    `npx rollcall connection create --org ${slug} --help`,
  ];
  return html`<h2>What comes next</h2>
<p>No identity provider is connected yet. Once yours is, everybody signs in by the slug <strong>${slug}</strong>. Whoever runs this service begins with:</p>
${commands.map((command) => html`<p><code>${command}</code></p>`)}`;
}

function organizationsOf({ base }: Site, { organization, ended, memberships }: LandingFacts): Html {
  const stateOfRow = ({ organizationId, name, isActive }: LandingFacts['memberships'][number]): Html => {
    if (organizationId === organization?.id) return html`<span class="tag">Current</span>`;
    if (organizationId === ended?.id) return html`<span class="tag">Ended</span>`;
    if (!isActive) return html`<span class="tag">No access any more</span>`;
    return buttonForm(`${base}/session/switch`, `Switch to ${name}`, { fields: { organizationId }, isInline: true });
  };
  const rows = memberships.map((membership) => html`<li><span>${membership.name}</span>${stateOfRow(membership)}</li>`);
  return html`<h2>Your organizations</h2>
${rows.length > 0 && html`<ul class="rows">${rows}</ul>`}
<p><a href="${base}/sso">Sign in to ${rows.length > 0 ? 'another' : 'an'} organization</a></p>`;
}

function loginsOf({ logins }: LandingFacts): Html | null {
  if (logins.length === 0) return null;
  return html`<h2>Other ways to sign in</h2>
<ul class="rows">
${logins.map((name) => html`<li><span>${loginProviderNames[name]}</span><span class="tag">Connected</span></li>`)}
</ul>`;
}

function changesOf({ changes }: LandingFacts): Html | null {
  if (changes === null) return null;
  const rows = changes.map(
    ({ what, by, at }) => html`<li><span>${what}<br><span class="small muted">${by}, ${timeOf(at)}</span></span></li>`,
  );
  return html`<h2>Recent changes to sign-in</h2>
${rows.length > 0 ? html`<ul class="rows">${rows}</ul>\n<p class="small muted">The latest of the last 30 days, at most three of a kind. All of it is in the audit.</p>` : html`<p class="muted">None in the last 30 days.</p>`}`;
}
