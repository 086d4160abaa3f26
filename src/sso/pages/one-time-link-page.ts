import { type Html, html } from './html.ts';
import { buttonForm } from './links.ts';
import type { Page, Site } from './page.ts';

export interface OwnerLinkFacts {
  secret: string;
  organizationName: string;
  userName: string;
}

/** Before a one-time link is used: a mail program that looks at the address uses nothing up. */
export function ownerLinkPage(site: Site, { secret, organizationName, userName }: OwnerLinkFacts): Page {
  return {
    title: `Sign in to ${organizationName}`,
    body: html`<h1>Sign in to ${organizationName}</h1>
<p>This link signs you in as <strong>${userName}</strong>, one time, in this browser.</p>
<p class="muted">If you are somebody else, close this page and give the link to whom it is for.</p>
<div class="actions">${buttonForm(`${site.base}/sign-in/link/${secret}`, `Sign in as ${userName}`, { isPrimary: true })}</div>`,
  };
}

export interface SetUpFacts {
  secret: string;
  values: Readonly<Record<SetUpField, string>>;
  /** At which field, and what is wrong; of the form as a whole where the field is null. */
  problem: { field: SetUpField | null; message: string } | null;
}

const setUpFields = [
  {
    name: 'organizationName',
    label: 'Name of the organization',
    hint: 'As your people know it, such as Acme Ltd.',
    autocomplete: 'organization',
    type: 'text',
  },
  {
    name: 'slug',
    label: 'Company slug',
    hint: 'What people type to sign in, such as acme: small letters, digits and hyphens.',
    autocomplete: 'off',
    type: 'text',
  },
  { name: 'displayName', label: 'Your name', hint: null, autocomplete: 'name', type: 'text' },
  { name: 'email', label: 'Your e-mail address', hint: null, autocomplete: 'email', type: 'email' },
] as const;
export type SetUpField = (typeof setUpFields)[number]['name'];
export const setUpFieldNames: readonly SetUpField[] = setUpFields.map(({ name }) => name);

/** The first page of a new installation: its first organization and that one's owner. */
export function setUpPage(site: Site, { secret, values, problem }: SetUpFacts): Page {
  const focused = problem?.field ?? setUpFields[0].name;
  return {
    title: problem ? 'Please check what you entered' : 'Set up your first organization',
    body: html`<h1>Set up your first organization</h1>
<p class="muted">You become its owner and are signed in. Everything can be changed later.</p>
<form method="post" action="${site.base}/sign-in/link/${secret}">
<div aria-live="assertive">${problem && problem.field === null && html`<p class="error">${problem.message}</p>`}</div>
${setUpFields.map((field) => setUpInput(field, values[field.name], { isFocused: field.name === focused, problem }))}
<button class="button primary">Set up and sign in</button>
</form>`,
  };
}

function setUpInput(
  { name, label, hint, autocomplete, type }: (typeof setUpFields)[number],
  value: string,
  { isFocused, problem }: { isFocused: boolean; problem: SetUpFacts['problem'] },
): Html {
  const message = problem?.field === name ? problem.message : null;
  const described = [message !== null && `${name}-error`, hint !== null && `${name}-hint`].filter((id) => id !== false);
  return html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" value="${value}" required maxlength="200" autocomplete="${autocomplete}"${name === 'slug' && html` autocapitalize="none" spellcheck="false"`}${isFocused && html` autofocus`}${described.length > 0 && html` aria-describedby="${described.join(' ')}"`}${message !== null && html` aria-invalid="true"`}>
${message !== null && html`<p class="error" id="${name}-error">${message}</p>`}
${hint !== null && html`<p class="hint" id="${name}-hint">${hint}</p>`}`;
}
