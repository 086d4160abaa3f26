import type { SignInSetting } from '../../domain/events/sign-in-changes.ts';
import type { SignInChange } from '../../domain/sign-in/sign-in-overview.ts';

/** A change to how people sign in, in words. */
export function changeText(change: SignInChange): string {
  return texts[change.type](change.subjectName === null ? '' : ` ${change.subjectName}`, change.data);
}

const texts = {
  bindingEnded: (name) =>
    `${name === '' ? 'A user' : `The user${name}`} was signed out, and is matched anew at the next sign-in`,
  bindingRequestDecided: (name, { state }) =>
    state === 'rejected'
      ? 'A first sign-in that had to be confirmed was rejected'
      : `A first sign-in that had to be confirmed was approved${name === '' ? '' : ` as${name}`}`,
  connectionCreated: (name) => `The connection${name} was created`,
  connectionDeleted: (name) => `The connection${name} was deleted`,
  connectionStatusChanged: (name, { after }) =>
    `The connection${name} was ${after === 'enabled' ? 'enabled' : 'switched off'}`,
  connectionUpdated: (name, data) => {
    const fields = connectionFieldsIn(data);
    return `The connection${name} was changed${fields === '' ? '' : `: ${fields}`}`;
  },
  emailDomainAdded: (name) => `The domain${name} was added, not proved yet`,
  emailDomainLost: (name) => `The proof of the domain${name} was lost`,
  emailDomainRemoved: (name) => `The domain${name} was removed`,
  emailDomainVerified: (name) => `The domain${name} was proved`,
  oneTimeLinkCreated: (name) => `A one-time link was made for${name === '' ? ' an owner' : name}`,
  oneTimeLinkUsed: (name) => `A one-time link signed${name === '' ? ' an owner' : name} in`,
  organizationSlugChanged: (_name, { slug, before }) => `The slug was changed from ${before} to ${slug}`,
  organizationSlugReleased: (_name, { slug }) => `The old slug ${slug} was given up`,
  organizationUpdated: (name, data) => `Settings were changed: ${settingsIn(data, name)}`,
} as const satisfies Record<SignInChange['type'], (name: string, data: Record<string, unknown>) => string>;

const connectionFields: Record<string, string> = {
  issuer: 'the issuer',
  clientId: 'the client id',
  tenantId: 'the tenant',
  ssoUrl: 'the sign-in address',
  certificates: 'the certificates',
  stableIdClaim: 'the claim of the stable id',
  name: 'the name',
  allowsJustInTime: 'whether it makes users just in time',
};

function connectionFieldsIn({ changes, isClientSecretReplaced }: Record<string, unknown>): string {
  const fields = Object.keys(changes ?? {}).flatMap((field) => connectionFields[field] ?? []);
  return [...fields, ...(isClientSecretReplaced === true ? ['the client secret'] : [])].join(', ');
}

/** What the settings are from then on, of those that were changed. */
const settingTexts = {
  acceptsOtherMethods: (value) =>
    value === true
      ? 'Google and Microsoft accounts may sign in beside a connection'
      : 'Google and Microsoft accounts may not sign in beside a connection',
  defaultPermissionSetId: (value, name) =>
    value === null
      ? 'nobody holds anything by default'
      : `everybody holds ${name === '' ? 'a permission set' : `the set${name}`} by default`,
  disclosesName: (value) => `the page of the slug ${value === true ? 'shows' : 'hides'} the name`,
  groupMatching: (value) => `a pushed group of an existing name ${matchings[String(value)] ?? 'is treated otherwise'}`,
  inactivityDays: (value) => `what was given by hand falls away after ${plural(Number(value), 'inactive day')}`,
  sessionIdleMinutes: (value) => `sessions end after ${durationOf(Number(value))} without use`,
  sessionLifetimeMinutes: (value) => `sessions end after ${durationOf(Number(value))} in any case`,
  signInContact: (value) =>
    value === null
      ? 'people without access are told of nobody to ask'
      : `people without access are told to ask ${String(value)}`,
} as const satisfies Record<SignInSetting, (value: unknown, name: string) => string>;

const matchings: Record<string, string> = {
  automatically: 'joins that group by itself',
  ask: 'waits for an approval',
  never: 'joins no other group',
};

function settingsIn(data: Record<string, unknown>, name: string): string {
  return Object.entries(settingTexts)
    .flatMap(([setting, textOf]) => (setting in data ? [textOf(data[setting], name)] : []))
    .join('; ');
}

const units = [
  [1440, 'day'],
  [60, 'hour'],
  [1, 'minute'],
] as const;

/** Minutes in the largest unit that counts them whole. */
function durationOf(minutes: number): string {
  const [size, unit] = units.find(([each]) => minutes % each === 0) ?? units[2];
  return plural(minutes / size, unit);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const kinds: Record<string, string> = {
  apiKey: 'API key',
  directory: 'The directory',
  operator: 'The operator of the service',
  system: 'The service itself',
  user: 'User',
};

/** Who did it. */
export function changedBy({ actor: { kind, name } }: SignInChange): string {
  const by = kinds[String(kind)] ?? 'Somebody';
  return typeof name === 'string' ? `${by} ${name}` : by;
}
