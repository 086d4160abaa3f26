import type { DomainError, DomainErrorCode } from '../domain/domain-error.ts';

/** What to do next on the command line, where the error's own sentence does not say it. */
const nextSteps: Partial<Record<DomainErrorCode, string>> = {
  planLacksScim: 'Change it with: npx rollcall org update --org SLUG --plan enterprise',
  planLacksSso: 'Change it with: npx rollcall org update --org SLUG --plan enterprise',
  slugTaken: 'Choose another --slug; npx rollcall org list shows those in use.',
  slugConfusable: 'Choose one that nobody takes for another.',
  organizationStatusConflict: 'See: npx rollcall org list',
  organizationSuspended: 'Let it go on with: npx rollcall org resume --org SLUG',
  organizationClosing: 'Take it back with: npx rollcall org reopen --org SLUG',
  directoryStatusConflict: 'See: npx rollcall directory list --org SLUG',
  connectionStatusConflict: 'See: npx rollcall connection list --org SLUG',
  previewOutdated: 'See: npx rollcall link preview --org SLUG LINK_ID, or: npx rollcall directory preview DIRECTORY_ID',
  linkNotPending: 'See: npx rollcall link list --org SLUG --all',
};

const LIFT_SSO = 'npx rollcall org update --org SLUG --scim-without-sso';

export function nextStepAfter({ code, details }: Pick<DomainError, 'code' | 'details'>): string | undefined {
  if (code !== 'ssoRequired') return nextSteps[code];
  const next =
    details.missing === 'connection'
      ? 'npx rollcall connection create --org SLUG --help'
      : 'npx rollcall connection list --org SLUG';
  return `Go on with: ${next} (or lift the rule: ${LIFT_SSO})`;
}
