import type { LoginProvider } from '../../domain/accounts/account.entity.ts';
import type { SignInRefusal } from '../../domain/sign-in/sign-in.ts';
import { type Html, html } from './html.ts';
import { queryOf, referenceOf, timeOf } from './links.ts';
import type { Page, Site } from './page.ts';
import { capitalised, type RefusalFacts, type RefusalText, refusalTexts } from './refusal-texts.ts';
import { loginProviderNames } from './start-page.ts';

export interface RefusalContext {
  at: Date;
  returnTo: string | null;
  /** Whether an admin tries the connection out, who reads what the log keeps as well. */
  isTest: boolean;
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
<h2>What to do next</h2>
<p>${next}</p>
${(asks === 'always' || (asks === 'named' && refusal.contact !== null)) && whomToAsk({ ...facts, contact: refusal.contact })}
${context.isTest && detailOf(detail)}
<div class="actions">
${actionsOf(site, refusal, context)}
</div>
${referenceList(refusal, context.at)}`,
  };
}

/** As it stands in the log: for who sets the connection up. */
function detailOf(detail: Record<string, unknown>): Html {
  const facts = Object.entries(detail).map(
    ([name, value]) =>
      html`<dt>${name}</dt><dd><code>${typeof value === 'string' ? value : JSON.stringify(value)}</code></dd>`,
  );
  return html`<h2>What the test found</h2>
<dl class="facts">${facts}</dl>`;
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

function actionsOf(site: Site, refusal: SignInRefusal, { returnTo, linkAddress }: RefusalContext): Html {
  const { organization, reason, otherMethods } = refusal;
  const links = (reason === 'otherSignInMethod' ? otherMethods : []).flatMap((method) => {
    const address = linkAddress(method);
    return address === null ? [] : [{ address, label: `Continue with ${loginProviderNames[method]}` }];
  });
  const query = queryOf({ returnTo });
  const again = organization
    ? {
        address: `${site.base}/sso/${organization.slug}${queryOf({ choose: '', returnTo })}`,
        label: againLabel(reason),
      }
    : { address: `${site.base}/sign-in${query}`, label: 'Try again' };
  const [primary = again, ...others] = [...links, again];
  return html`<a class="button primary" href="${primary.address}">${primary.label}</a>
${others.map(({ address, label }) => html`<a class="button" href="${address}">${label}</a>`)}
${organization && html`<a class="button" href="${site.base}/sso${query}">Use another organization</a>`}`;
}

function againLabel(reason: SignInRefusal['reason']): string {
  return reason === 'methodNotAccepted' ? 'Continue with SSO' : 'Try again';
}

/** What to read out to whoever helps. The log of the organization is searched by it; without an organization there is none. */
function referenceList({ eventId, detail, organization }: SignInRefusal, at: Date): Html {
  const code = typeof detail.code === 'string' ? detail.code : detail.error;
  return html`<dl class="reference">
${organization && html`<dt>Reference</dt><dd><code title="${eventId}">${referenceOf(eventId)}</code></dd>`}
<dt>Time</dt><dd>${timeOf(at)}</dd>
${typeof code === 'string' && html`<dt>Code</dt><dd><code>${code}</code></dd>`}
</dl>`;
}
