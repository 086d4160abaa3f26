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
  bindingRequestNotPending: 'See: npx rollcall binding list --org SLUG --all',
};

/** Where what was not found is listed, by its noun. */
const lists: Readonly<Record<string, string>> = {
  binding: 'binding list --org SLUG --all',
  'binding request': 'binding list --org SLUG --all',
  connection: 'connection list --org SLUG',
  directory: 'directory list --org SLUG',
  link: 'link list --org SLUG --all',
  'OAuth client': 'oauth-client list --org SLUG',
  space: 'space list --org SLUG',
};

const LIFT_SSO = 'npx rollcall org update --org SLUG --scim-without-sso';

/** `slug` is that of the organization that the command is about, where it is known. */
export function nextStepAfter(error: Pick<DomainError, 'code' | 'details'>, slug = 'SLUG'): string | undefined {
  return stepAfter(error)?.replaceAll('SLUG', slug);
}

function stepAfter({ code, details }: Pick<DomainError, 'code' | 'details'>): string | undefined {
  if (code === 'notFound') {
    const list = lists[String(details.noun)];
    return list === undefined ? undefined : `See: npx rollcall ${list}`;
  }
  if (code !== 'ssoRequired') return nextSteps[code];
  const next =
    details.missing === 'connection'
      ? 'npx rollcall connection create --org SLUG --help'
      : 'npx rollcall connection list --org SLUG';
  return `Go on with: ${next} (or lift the rule: ${LIFT_SSO})`;
}

/** The message, which begins with the name of a field that the command calls otherwise, with the option in its place. */
export function inOptionNames(
  { message, details }: Pick<DomainError, 'message' | 'details'>,
  options: Readonly<Record<string, unknown>>,
): string {
  const { path } = details;
  if (typeof path !== 'string' || !message.startsWith(`${path} `)) return message;
  const kebab = path.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const name = [kebab, kebab.replace(/^display-/, ''), kebab.replace(/-id$/, '')].find((each) => each in options);
  return name === undefined ? message : `--${name}${message.slice(path.length)}`;
}
