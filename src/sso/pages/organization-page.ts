import { signInPath } from '../../domain/connections/connection-addresses.ts';
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
  returnTo: string | null;
}

/** The organization that was asked for, and its ways in. */
export function organizationPage(site: Site, { slug, heading, connections, returnTo }: OrganizationFacts): Page {
  const [only, ...more] = connections;
  const action = `${site.base}${signInPath(slug)}`;
  const ways =
    more.length === 0
      ? buttonForm(action, 'Log in', { fields: { returnTo, connection: only?.id ?? null }, isPrimary: true })
      : connections.map(({ id, label }) =>
          buttonForm(action, `Log in with ${label}`, { fields: { returnTo, connection: id }, isPrimary: true }),
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
