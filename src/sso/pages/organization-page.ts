import { signInPath } from '../../domain/sign-in-addresses.ts';
import { html } from './html.ts';
import { buttonForm, queryOf } from './links.ts';
import type { Page, Site } from './page.ts';

export interface OrganizationFacts {
  /** As it stands in the address. */
  slug: string;
  /** The name; the slug as it was typed where the organization does not disclose its name. */
  heading: string;
  /** The ways in; one has no label of its own. */
  connections: readonly { id: string; label: string }[];
  /** Whether the person is to prove anew who they are. */
  asksAnew: boolean;
  returnTo: string | null;
}

/** The organization that was asked for, and its ways in. */
export function organizationPage(site: Site, facts: OrganizationFacts): Page {
  const { slug, heading, connections, asksAnew, returnTo } = facts;
  const [only, ...more] = connections;
  const again = asksAnew ? '' : null;
  const action = `${site.base}${signInPath(slug)}`;
  const ways =
    more.length === 0
      ? buttonForm(action, 'Log in', { fields: { returnTo, again, connection: only?.id ?? null }, isPrimary: true })
      : connections.map(({ id, label }) =>
          buttonForm(action, `Log in with ${label}`, { fields: { returnTo, again, connection: id }, isPrimary: true }),
        );
  return {
    title: `Log in to ${heading}`,
    body: html`<h1>${heading}</h1>
<p class="muted">${
      more.length === 0
        ? `You go on to your company’s sign-in, and come back to ${site.productName} from there.`
        : 'Your company has several sign-ins. Choose the one you use at work.'
    }</p>
<div class="actions">
${ways}
</div>
<p class="below"><a href="${site.base}/sso${queryOf({ returnTo })}">Use another organization</a></p>`,
  };
}
