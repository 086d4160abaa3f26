import type { BindingRequestReason } from '../../domain/bindings/binding.entity.ts';
import type { SignInOutcome } from '../../domain/sign-in/sign-in-outcome.ts';
import { type Html, html } from './html.ts';
import { timeOf } from './links.ts';
import type { Page, Site } from './page.ts';

type Tested = Extract<SignInOutcome, { kind: 'tested' }>;

/** What a test of a connection brought back, and what a sign-in by the same person would do. Nobody was signed in. */
export function testedPage(
  _site: Site,
  { name, stableIdClaim }: { name: string; stableIdClaim: string },
  tested: Tested,
): Page {
  const { claims, stableId, provedAt } = tested;
  return {
    title: 'The test worked',
    isWide: true,
    body: html`<h1>The test worked</h1>
<p>${name} answered, and its answer passed all checks. Nobody was signed in.</p>
${verdictOf(tested)}
<h2>How the person is recognised</h2>
<dl class="facts"><dt>Stable id</dt><dd>${
      stableId === null
        ? html`Not in the answer: the connection is set to the claim <code>${stableIdClaim}</code>. Have it sent, or set the connection to the claim that equals the externalId of provisioning. Without it people are matched once, by their e-mail address.`
        : html`<code>${stableId}</code>, from the claim <code>${stableIdClaim}</code>`
    }</dd>
<dt>Asked at</dt><dd>${
      provedAt === null
        ? html`Not in the answer, though it was asked for: a <em>fresh sign-in</em>, which some acts of admins need, would be refused. Have <code>auth_time</code> sent in the id token (in Microsoft Entra under “Token configuration”), or <code>AuthnInstant</code> in the assertion.`
        : timeOf(provedAt)
    }</dd></dl>
<h2>What was received</h2>
<dl class="facts">${Object.entries(claims).map(([claim, value]) => html`<dt>${claim}</dt><dd>${claimText(value)}</dd>`)}</dl>
<p class="reference">You can close this window. The connection shows the same under “last test”; enable it when this is who you expect.</p>`,
  };
}

function verdictOf(tested: Tested): Html {
  const { outcome, userName, isNewUser } = tested.prediction;
  if (outcome === 'wouldRefuse') {
    const { why, next } = whyNot(tested);
    return html`<div class="note wrong"><p><strong>This person would not be signed in yet.</strong> ${why}</p><p>${next}</p></div>`;
  }
  const whom = isNewUser ? ' as a new user' : userName === null ? '' : html` as <strong>${userName}</strong>`;
  return html`<div class="note"><p><strong>This person would be signed in</strong>${whom}.</p></div>`;
}

const approvals = {
  alreadyBound: 'The user that they would be signs in as somebody else already.',
  ambiguous: 'Several users could be this person.',
  protectedUser: 'Their user owns the organization or holds important permissions.',
  emailBoundBefore: 'Their user signed in before, and only the e-mail address says that it is the same person.',
  otherSignInMethod: 'Another account has their e-mail address, and they said that it is not theirs.',
} satisfies Record<BindingRequestReason, string>;

/** Why nobody would be signed in, and what an admin does about it. */
function whyNot({ stableId, email, prediction }: Tested): { why: Html; next: Html } {
  const { reason, userName, hasRecord, requestReason, isOwnAddress } = prediction;
  const who = userName === null ? html`The user` : html`The user <strong>${userName}</strong>`;
  if (reason === 'approvalRequired') {
    return {
      why: html`${requestReason !== null && approvals[requestReason]}`,
      next: html`When they sign in, an admin confirms it, unless one has declined it before: <code>npx rollcall binding list --all</code>, <code>npx rollcall binding approve</code>.`,
    };
  }
  if (reason === 'deactivated') {
    return {
      why: html`${who} is not active: the directory deactivated them, or an admin blocked or removed them.`,
      next: html`Activate them there, if they shall get in.`,
    };
  }
  if (hasRecord) {
    return {
      why: html`Their record has arrived from the directory, but leads to no user: its link waits or was declined, or the directory only observes.`,
      next: html`Look at <code>npx rollcall link list --all</code> and <code>npx rollcall directory list</code>, and decide there.`,
    };
  }
  const byId =
    stableId === null ? html`No stable id came` : html`Nobody here has the externalId <code>${stableId}</code>`;
  const byEmail =
    email === null
      ? html`no e-mail address came`
      : isOwnAddress
        ? html`nobody has the e-mail address <strong>${email}</strong>`
        : html`the e-mail address <strong>${email}</strong> is on no domain that the organization has proved, or was said to be unverified`;
  return {
    why: html`${byId}, and ${byEmail}.`,
    next: html`Provision this person, and compare the externalId that is provisioned with the stable id below.${email !== null && !isOwnAddress && html` To find people by e-mail, prove the domain: <code>npx rollcall domain add</code>.`}`,
  };
}

function claimText(value: unknown): Html {
  const text = Array.isArray(value)
    ? value.map(String).join(', ')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
  return html`<code>${text}</code>`;
}
