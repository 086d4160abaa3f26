import { FINISH_PATH, FRESH_SIGN_IN_PATH } from '../../domain/sign-in-addresses.ts';
import { html } from './html.ts';
import { buttonForm, queryOf } from './links.ts';
import type { Page, Site } from './page.ts';

export interface ChooseAccountFacts {
  state: string;
  /** Who is signed in in this browser, and who has just proved to be somebody: e-mail addresses where known. */
  signedInAs: string | null;
  newEmail: string | null;
  /** Tells us which account the page has named. */
  account: string;
  /** Whether whoever sits there has just proved to be that account: the browser may be somebody else's, left alone. */
  isFresh: boolean;
}

/** A first sign-in while somebody is signed in already: one person with two organizations, or two persons at one browser? */
export function chooseAccountPage(site: Site, facts: ChooseAccountFacts): Page {
  const { state, signedInAs, newEmail, account, isFresh } = facts;
  const action = `${site.base}${FINISH_PATH}`;
  const again = `${site.base}${FRESH_SIGN_IN_PATH}${queryOf({ returnTo: `${FINISH_PATH}${queryOf({ state })}` })}`;
  const present = signedInAs ?? 'the account that is signed in';
  const isSameAddress = newEmail !== null && newEmail === signedInAs;
  const proved = isSameAddress
    ? html`signed in to another organization with the same address`
    : html`signed in as <strong>${newEmail ?? 'somebody new'}</strong> for the first time`;
  return {
    title: 'Is that you as well?',
    body: html`<h1>Is that you as well?</h1>
<p>This browser is signed in as <strong>${present}</strong>, and you have just ${proved}.</p>
<p class="muted">If both are you, keep them in one account: you can then switch between your organizations. If you share this computer, keep them apart.</p>
${!isFresh && html`<p class="muted">So that nobody adds anything to somebody else’s account, you sign in to it once more first.</p>`}
<div class="actions">
${
  isFresh
    ? buttonForm(action, `Yes, add it to ${present}`, {
        fields: { state, account, choice: 'sameAccount' },
        isPrimary: true,
      })
    : html`<a class="button primary" href="${again}">Yes: sign in as ${present} once more</a>`
}
${buttonForm(action, 'No, keep them apart', { fields: { state, account, choice: 'separate' } })}
</div>
<p class="below small muted">Keeping them apart signs ${present} out here.</p>`,
  };
}
