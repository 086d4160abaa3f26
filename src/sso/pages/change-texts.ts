import type { SignInChange } from '../../domain/sign-in/sign-in-overview.ts';

/** A change to how people sign in, in words. */
export function changeText(change: SignInChange): string {
  return texts[change.type](change.subjectName === null ? '' : ` ${change.subjectName}`, change.data);
}

const texts = {
  bindingRequestDecided: (_name, { state }) =>
    `A first sign-in that had to be confirmed was ${state === 'rejected' ? 'rejected' : 'decided'}`,
  connectionCreated: (name) => `The connection${name} was created`,
  connectionDeleted: (name) => `The connection${name} was deleted`,
  connectionStatusChanged: (name, { after }) =>
    `The connection${name} was ${after === 'enabled' ? 'enabled' : 'switched off'}`,
  connectionUpdated: (name) => `The connection${name} was changed`,
  emailDomainAdded: (name) => `The domain${name} was added, not proved yet`,
  emailDomainLost: (name) => `The proof of the domain${name} was lost`,
  emailDomainRemoved: (name) => `The domain${name} was removed`,
  emailDomainVerified: (name) => `The domain${name} was proved`,
  oneTimeLinkCreated: (name) => `A one-time link was made for${name === '' ? ' an owner' : name}`,
  oneTimeLinkUsed: (name) => `A one-time link signed${name === '' ? ' an owner' : name} in`,
} as const satisfies Record<SignInChange['type'], (name: string, data: Record<string, unknown>) => string>;

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
