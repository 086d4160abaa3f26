import type { LoginProvider } from '../../domain/accounts/account.entity.ts';
import type { BindingRequestReason } from '../../domain/bindings/binding.entity.ts';
import type { SignInRefusalReason } from '../../domain/sign-in-log/sign-in-refusal.ts';
import { type Html, html } from './html.ts';
import { loginProviderNames } from './start-page.ts';

/** What a refusal page tells from: facts of the refusal, in the words of the page. */
export interface RefusalFacts {
  productName: string;
  /** The organization's name, or how to call it where it is not disclosed or not known. */
  organization: string;
  connection: string;
  email: string | null;
  otherMethods: readonly LoginProvider[];
  detail: Record<string, unknown>;
}

export interface RefusalText {
  status: 400 | 403;
  title: string;
  /** What happened, in plain words. */
  happened: Html;
  next: Html;
  /** Whether whom to ask is said: always, where the organization named somebody, or never. */
  asks: 'always' | 'named' | 'never';
}

/** Each reason, what it means to the person, and what to do next. */
export const refusalTexts = {
  notProvisioned: ({ organization, connection, email, detail, productName }) => ({
    status: 403,
    title: `You are not a member of ${organization} yet`,
    happened:
      typeof detail.linkState === 'string'
        ? html`${capitalised(connection)} knows you${asWhom(email)}, and your record has arrived in ${productName}. An admin still has to decide on it before you can sign in.`
        : html`${capitalised(connection)} knows you${asWhom(email)}, but nobody has added you to ${organization} in ${productName}.`,
    next: html`Ask to be added. Mention the address that you signed in with: your company may know you by another.`,
    asks: 'always',
  }),
  deactivated: ({ organization, productName }) => ({
    status: 403,
    title: 'Your access was deactivated',
    happened: html`You are known to ${organization} in ${productName}, but your user there is switched off, and so is everything that belongs to it.`,
    next: html`If that is a mistake, ask to be activated again.`,
    asks: 'always',
  }),
  otherSignInMethod: ({ organization, productName, email, otherMethods, detail }) => ({
    status: 403,
    title: 'You already sign in another way',
    happened: html`${email === null ? 'Your e-mail address' : html`<strong>${email}</strong>`} already signs in to ${productName} ${waysOf(otherMethods)}${detail.provedOther === true && ', but by another account than the one that you have just chosen'}.`,
    next: html`Continue ${waysOf(otherMethods)} once, to show that both are you. From then on the sign-in of ${organization} leads to the same account. If that account is somebody else’s, such as that of whoever had your address before, an admin can let you have one of your own.`,
    asks: 'never',
  }),
  wrongTenant: ({ organization, connection }) => ({
    status: 403,
    title: 'That is the account of another company',
    happened: html`You signed in with an account of another directory (tenant) than the one that ${organization} uses with ${connection}.`,
    next: html`Try again and choose your work account of ${organization}. If the right account is not offered, open a private window and begin there.`,
    asks: 'named',
  }),
  connectionDisabled: ({ organization, connection, detail }) => ({
    status: 403,
    title: detail.secretLost === true ? 'This sign-in does not work any more' : 'This sign-in is switched off',
    happened:
      detail.secretLost === true
        ? html`The client secret by which this service asks ${connection} who you are cannot be read any more.`
        : html`${capitalised(organization)} takes no sign-ins through ${connection} at the moment, or has just changed how it does.`,
    next:
      detail.secretLost === true
        ? html`An admin has to enter the client secret of the connection again. Until then, trying again does not help.`
        : html`Try again in a moment. If it stays so, ask whether sign-in was switched off on purpose.`,
    asks: 'always',
  }),
  identityProviderError: ({ connection, detail }) => ({
    status: 403,
    title: 'Your identity provider did not let you in',
    happened: html`${textOf(detail.explanation) ?? `${capitalised(connection)} answered with an error instead of saying who you are.`}`,
    next: html`${textOf(detail.remedy) ?? 'Try again. If it happens again, show this page to your IT team.'}`,
    asks: 'named',
  }),
  responseInvalid: ({ connection, detail, productName }) => ({
    status: 400,
    title: detail.idpInitiated === true ? 'Please begin here' : 'The answer could not be believed',
    happened:
      detail.idpInitiated === true
        ? html`${capitalised(connection)} sent you here without having been asked. ${productName} only accepts sign-ins that began on its own page, so that nobody else can begin one for you.`
        : html`${capitalised(connection)} sent an answer that did not stand up to the checks of ${productName}. Nobody was signed in.`,
    next:
      detail.idpInitiated === true
        ? html`Begin at the sign-in page. Your IT team can let the tile that you used point there.`
        : html`Try again. If it happens again, show this page to your IT team: the set-up on one side has probably changed.`,
    asks: 'named',
  }),
  notProvedAnew: ({ connection, detail }) => ({
    status: 403,
    title: 'You were not asked to sign in again',
    happened:
      detail.isUnsaid === true
        ? html`${capitalised(connection)} did not say when you last proved to it who you are.`
        : html`${capitalised(connection)} let your browser through without asking you.`,
    next: html`${textOf(detail.remedy) ?? `Sign out at ${connection} and try again. If you are not asked then either, show this page to your IT team: it has to ask people who are sent with prompt=login or ForceAuthn.`}`,
    asks: 'named',
  }),
  attemptExpired: () => ({
    status: 400,
    title: 'This sign-in is over',
    happened: html`A sign-in is good for a few minutes, for one time, and in the browser where it began. This one has expired, was used already, or began in another browser.`,
    next: html`Begin again: it takes a moment.`,
    asks: 'never',
  }),
  approvalRequired: ({ organization, detail }) => ({
    status: 403,
    title:
      detail.isRejected === true ? 'An admin has turned this sign-in down' : 'An admin has to confirm that this is you',
    happened:
      detail.isRejected === true
        ? html`Somebody who manages sign-in at ${organization} decided that you are not the user whom this sign-in would lead to.`
        : html`${requestReasons[String(detail.requestReason)] ?? 'It is not certain which user you are.'} So the first time, somebody who manages sign-in at ${organization} has to confirm that it is you. Your request is waiting for them.`,
    next: html`${detail.isRejected === true ? 'If that was a mistake, ask to look at it again.' : 'Ask an admin to approve it. After that you sign in as usual, without being asked again.'}${detail.operatorCanHelp === true && ' If you are the only admin, whoever runs this service can let you in by a one-time link.'}`,
    asks: 'always',
  }),
  methodNotAccepted: ({ organization }) => ({
    status: 403,
    title: `${organization} signs in with SSO`,
    happened: html`${capitalised(organization)} accepts only the sign-in of its own identity provider.`,
    next: html`Continue with SSO instead.`,
    asks: 'never',
  }),
} as const satisfies Record<SignInRefusalReason, (facts: RefusalFacts) => RefusalText>;

const requestReasons: Record<string, string> = {
  alreadyBound: 'The user that this sign-in leads to already belongs to another one.',
  ambiguous: 'Several users could be you.',
  protectedUser: 'Your user owns the organization or holds important permissions.',
  emailBoundBefore: 'Your e-mail address was used to find a user before.',
  otherSignInMethod: 'Another account has your e-mail address, and you said that it is not yours.',
} satisfies Record<BindingRequestReason, string>;

function asWhom(email: string | null): Html | string {
  return email === null ? '' : html` as <strong>${email}</strong>`;
}

function waysOf(methods: readonly LoginProvider[]): string {
  return methods.length === 0
    ? 'in another way'
    : `with ${methods.map((name) => loginProviderNames[name]).join(' or ')}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** For the beginning of a sentence: names are as they are, "your organization" is not. */
export function capitalised(text: string): string {
  return text.startsWith('your ') ? `Y${text.slice(1)}` : text;
}
