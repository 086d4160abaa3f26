import type { LoginProvider } from '../../domain/accounts/account.entity.ts';
import { SIGN_IN_PATH, signInPath } from '../../domain/sign-in-addresses.ts';
import { type Html, html } from './html.ts';
import { hiddenReturnTo, queryOf } from './links.ts';
import type { Page, Site } from './page.ts';

export const loginProviderNames = { google: 'Google', microsoft: 'Microsoft' } as const satisfies Record<
  LoginProvider,
  string
>;

export interface StartFacts {
  /** Where this browser signed in last: its slug, and how to call it. */
  remembered: { slug: string; label: string } | null;
  loginProviders: readonly LoginProvider[];
  returnTo: string | null;
  /** Whether this is where signing out has led. */
  isSignedOut: boolean;
}

/** Where everybody begins who comes without a slug. */
export function startPage(site: Site, { remembered, loginProviders, returnTo, isSignedOut }: StartFacts): Page {
  const query = queryOf({ returnTo });
  const others = loginProviders.map(
    (name) =>
      html`<a class="button" href="${site.base}/sign-in/${name}${query}">Continue with ${loginProviderNames[name]}</a>`,
  );
  const ways = remembered
    ? html`<a class="button primary" href="${site.base}${signInPath(remembered.slug)}${query}">Continue to ${remembered.label}</a>
<a class="button" href="${site.base}/sso${query}">Use another organization</a>`
    : html`<a class="button primary" href="${site.base}/sso${query}">Continue with SSO</a>`;
  return {
    title: 'Sign in',
    body: html`<h1>Sign in to ${site.productName}</h1>
${isSignedOut && html`<p role="status">You are signed out.</p>`}
<p class="muted">Use your company’s single sign-on. You need no password here.</p>
<div class="actions">
${ways}
${others.length > 0 && html`<p class="or">or</p>`}
${others}
</div>`,
  };
}

export interface SlugFacts {
  /** As it was typed, where the form comes back with an error. */
  typed?: string;
  problem?: Html;
  returnTo: string | null;
}

/** The one field: the company's slug, which may as well be pasted as an address, or a work e-mail address. */
export function slugPage(site: Site, { typed, problem, returnTo }: SlugFacts): Page {
  const described = problem ? 'slug-error slug-hint' : 'slug-hint';
  return {
    title: problem ? 'Organization not found' : 'Continue with SSO',
    body: html`<h1>Continue with SSO</h1>
<p class="muted">Enter the name your company signs in with.</p>
<form method="post" action="${site.base}/sso">
${hiddenReturnTo(returnTo)}
<label for="slug">Company slug</label>
<input id="slug" name="slug" value="${typed ?? ''}" required maxlength="320" autocomplete="organization" autocapitalize="none" spellcheck="false" enterkeyhint="go" autofocus aria-describedby="${described}"${problem && html` aria-invalid="true"`}>
<div aria-live="assertive">${problem && html`<p class="error" id="slug-error">${problem}</p>`}</div>
<p class="hint" id="slug-hint">Such as <strong>acme</strong>. Your work e-mail address may do as well.</p>
<button class="button primary">Verify Organization</button>
</form>
<p class="below"><a href="${site.base}${SIGN_IN_PATH}${queryOf({ returnTo })}">Other ways to sign in</a></p>`,
  };
}

/** One sentence for all that cannot sign in by this name, so that nobody learns which it is. */
export function organizationNotFound(typed: string): Html {
  if (typed.includes('@')) {
    return html`No organization signs in by the address “${typed}”: check the spelling, or ask your IT team for the company slug.`;
  }
  return html`We found no organization that signs in as “${typed}”. Check the spelling, or ask your IT team for the slug.`;
}
