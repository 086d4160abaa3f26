import { html } from './html.ts';
import { buttonForm } from './links.ts';
import type { Page, Site } from './page.ts';

export interface ChooseAccountFacts {
  state: string;
  /** Who is signed in in this browser, and who has just proved to be somebody: e-mail addresses where known. */
  signedInAs: string | null;
  newEmail: string | null;
}

/** A first sign-in while somebody is signed in already: one person with two organizations, or two persons at one browser? */
export function chooseAccountPage(site: Site, { state, signedInAs, newEmail }: ChooseAccountFacts): Page {
  const action = `${site.base}/sign-in/finish`;
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
<div class="actions">
${buttonForm(action, `Yes, add it to ${present}`, { fields: { state, choice: 'sameAccount' }, isPrimary: true })}
${buttonForm(action, 'No, keep them apart', { fields: { state, choice: 'separate' } })}
</div>
<p class="below small muted">Keeping them apart signs ${present} out here.</p>`,
  };
}
