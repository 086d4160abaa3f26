import type { LoginProvider } from '../../domain/accounts/account.entity.ts';
import type { SignInRefusal } from '../../domain/sign-in/sign-in-outcome.ts';
import { FRESH_SIGN_IN_PATH, SIGN_IN_PATH, signInPath } from '../../domain/sign-in-addresses.ts';
import { type Html, html } from './html.ts';
import { buttonForm, queryOf, referenceOf, timeOf } from './links.ts';
import type { Page, Site } from './page.ts';
import { capitalised, type RefusalFacts, type RefusalText, refusalTexts } from './refusal-texts.ts';
import { loginProviderNames } from './start-page.ts';

export interface RefusalContext {
  at: Date;
  /** Where to go on; of a test, the path by which it began. */
  returnTo: string | null;
  /** Whether an admin tries the connection out, who reads what the log keeps as well. */
  isTest: boolean;
  /** Whether it was to be a fresh sign-in: who began it is signed in still. */
  asksAnew: boolean;
  /** Of the attempt with which a sign-in waits that ended as `otherSignInMethod`; null where none does. */
  state: string | null;
  /** Where the other way of `otherSignInMethod` begins; null where it cannot. */
  linkAddress: (method: LoginProvider) => string | null;
}

/** Why nobody was signed in, what to do next, and the id by which an admin finds it in the log. */
export function refusalPage(
  site: Site,
  refusal: SignInRefusal,
  context: RefusalContext,
): Page & { status: RefusalText['status'] } {
  const { productName } = site;
  const organization = refusal.organization?.name ?? 'your organization';
  // The name of a connection could tell whose it is.
  const isDisclosed = refusal.organization?.name !== null;
  const connection = (isDisclosed ? refusal.connectionName : null) ?? 'your identity provider';
  const { email, otherMethods, detail } = refusal;
  const facts: RefusalFacts = { productName, organization, connection, email, otherMethods, detail };
  const { title, status, happened, next, asks }: RefusalText = refusalTexts[refusal.reason](facts);
  return {
    title: capitalised(title),
    status,
    body: html`<h1>${capitalised(title)}</h1>
<p>${happened}</p>
${context.asksAnew && html`<p>You stay signed in as you were, but what you wanted to do has to wait.</p>`}
<h2>What to do next</h2>
<p>${context.isTest && typeof detail.remedy === 'string' ? detail.remedy : next}</p>
${!context.isTest && (asks === 'always' || (asks === 'named' && refusal.contact !== null)) && whomToAsk({ ...facts, contact: refusal.contact })}
${context.isTest && detailOf(refusal)}
<div class="actions">
${context.isTest ? testAgain(site, context) : actionsOf(site, refusal, context)}
</div>
${refusal.reason === 'otherSignInMethod' && context.state !== null && notMine(site, context.state)}
${referenceList(refusal, context.at)}`,
  };
}

/** What of the log says something to whoever sets the connection up. */
const detailNames = {
  explanation: 'What happened',
  description: 'In its own words',
  status: 'HTTP status',
  algorithm: 'Algorithm',
  receivedIssuer: 'Issuer that it names',
  expectedTenantId: 'Tenant of the connection',
  receivedTenantId: 'Tenant that answered',
  expected: 'Expected',
  received: 'Received',
} as const;

function detailOf({ reason, detail }: SignInRefusal): Html | null {
  const facts = Object.entries(detailNames).flatMap(([name, label]) => {
    // The page of this reason has said it above.
    if (name === 'explanation' && reason === 'identityProviderError') return [];
    const value = detail[name];
    if (typeof value === 'number' || (typeof value === 'string' && value !== '')) return [[label, value] as const];
    return [];
  });
  if (facts.length === 0) return null;
  return html`<h2>What the test found</h2>
<dl class="facts">${facts.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>`;
}

function testAgain({ base }: Site, { returnTo }: RefusalContext): Html {
  if (returnTo === null) return html`<p class="muted">Begin again at the address that the test gave you.</p>`;
  return html`<a class="button primary" href="${base}${returnTo}">Test again</a>`;
}

/** Whom to turn to: as the organization says, else whoever manages it in the product. */
export function whomToAsk({
  contact,
  organization,
  productName,
}: {
  contact: string | null;
  organization: string;
  productName: string;
}): Html {
  const team = html`the team that manages ${organization} in ${productName}`;
  if (contact === null) return html`<p>Ask ${team}.</p>`;
  return html`<p>Ask ${team}:</p>
<div class="note"><p>${/^[^\s@<>"]+@[^\s@<>"]+$/.test(contact) ? html`<a href="mailto:${contact}">${contact}</a>` : contact}</p></div>`;
}

function actionsOf(site: Site, refusal: SignInRefusal, { returnTo, asksAnew, linkAddress }: RefusalContext): Html {
  const { organization, reason, otherMethods } = refusal;
  const links = (reason === 'otherSignInMethod' ? otherMethods : []).flatMap((method) => {
    const address = linkAddress(method);
    return address === null ? [] : [{ address, label: `Continue with ${loginProviderNames[method]}` }];
  });
  const query = queryOf({ returnTo });
  // Another try by the same way would end the same.
  if (asksAnew && links.length === 0 && reason !== 'methodNotAccepted') return freshActions(site, returnTo);
  const again = organization
    ? {
        address: `${site.base}${signInPath(organization.slug)}${queryOf({ choose: '', returnTo })}`,
        label: againLabel(reason),
      }
    : { address: `${site.base}${SIGN_IN_PATH}${query}`, label: 'Try again' };
  const [primary = again, ...others] = [...links, again];
  return html`<a class="button primary" href="${primary.address}">${primary.label}</a>
${others.map(({ address, label }) => html`<a class="button" href="${address}">${label}</a>`)}
${organization && html`<a class="button" href="${site.base}/sso${query}">Use another organization</a>`}`;
}

/** Whoever did not get a fresh sign-in has the one that they had. */
function freshActions({ base }: Site, returnTo: string | null): Html {
  return html`<a class="button primary" href="${base}${FRESH_SIGN_IN_PATH}${queryOf({ returnTo })}">Try again</a>
<a class="button" href="${returnTo?.startsWith('/') === false ? returnTo : `${base}${returnTo ?? '/'}`}">Go back without it</a>`;
}

/** The quiet way out for whoever has the address of somebody else's account, such as of its former holder. */
function notMine({ base }: Site, state: string): Html {
  const label = 'This is not my account: ask an admin';
  return buttonForm(`${base}/sign-in/finish/ask-admin`, label, { fields: { state }, isQuiet: true });
}

function againLabel(reason: SignInRefusal['reason']): string {
  return reason === 'methodNotAccepted' ? 'Continue with SSO' : 'Try again';
}

/** What to read out to whoever helps. The log of the organization is searched by it; without an organization there is none. */
function referenceList({ eventId, detail, organization }: SignInRefusal, at: Date): Html {
  const code = typeof detail.code === 'string' ? detail.code : detail.error;
  return html`<dl class="reference">
${organization && html`<dt>Reference</dt><dd>${referenceOf(eventId)}</dd>`}
<dt>Time</dt><dd>${timeOf(at)}</dd>
${typeof code === 'string' && html`<dt>Code</dt><dd><code>${code}</code></dd>`}
</dl>`;
}
