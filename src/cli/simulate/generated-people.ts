import type { FreeNames } from './free-names.ts';
import type { Random } from './random.ts';
import { departments, givenNames, jobTitles, type SampleName, sites, surnames } from './sample-names.ts';
import type { Person } from './tenant-objects.ts';

export interface NamedPerson {
  displayName: string;
  userPrincipalName: string;
}

type Identity = Pick<Person, 'displayName' | 'givenName' | 'surname' | 'userPrincipalName' | 'mailNickname' | 'mail'>;

/** Somebody drawn from the sample names, with a free userPrincipalName and without a manager. */
export function randomPerson(random: Random, domain: string, names: FreeNames): Person {
  const identity = randomIdentity(random, domain, names);
  return { ...employment(random), ...identity };
}

/** Somebody whose name is given; everything else is drawn. */
export function namedPerson(random: Random, { displayName, userPrincipalName }: NamedPerson): Person {
  const words = displayName.trim().split(/\s+/u);
  const surname = words.length > 1 ? words.pop() : undefined;
  const identity: Identity = {
    displayName,
    givenName: words.join(' '),
    ...(surname === undefined ? {} : { surname }),
    userPrincipalName,
    mailNickname: userPrincipalName.split('@')[0] ?? userPrincipalName,
    mail: userPrincipalName,
  };
  return { ...employment(random), ...identity };
}

function randomIdentity(random: Random, domain: string, names: FreeNames): Identity {
  const given = random.pick(givenNames);
  const surname = random.chance(0.01) ? undefined : random.pick(surnames);
  const base = [given, surname].flatMap((name) => (name ? [latin(name)] : [])).join('.');
  const userPrincipalName = freeUserPrincipalName(base, domain, names);
  return {
    displayName: surname ? `${given.text} ${surname.text}` : given.text,
    givenName: given.text,
    ...(surname === undefined ? {} : { surname: surname.text }),
    userPrincipalName,
    mailNickname: userPrincipalName.slice(0, -domain.length - 1),
    mail: userPrincipalName,
  };
}

/** `nickname@domain`, or `nickname2@domain`, `nickname3@domain` … where that is taken. */
export function freeUserPrincipalName(nickname: string, domain: string, names: FreeNames): string {
  return names.take(nickname, (number) => `${nickname}${number ?? ''}@${domain}`);
}

const withoutDecomposition: Record<string, string> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
  æ: 'ae',
  þ: 'th',
  ð: 'd',
};

/** The spelling Entra allows in a userPrincipalName: ASCII letters, digits, hyphen, dot and the plain apostrophe. */
export function latin(name: SampleName): string {
  return (name.latin ?? name.text)
    .toLowerCase()
    .normalize('NFD')
    .replace(/[ßøłđıæþð]/gu, (letter) => withoutDecomposition[letter] ?? '')
    .replace(/[^a-z0-9'.-]/gu, '');
}

function employment(random: Random): Omit<Person, keyof Identity> {
  const { phonePrefix, ...address } = random.pick(sites);
  return {
    objectId: random.uuid(),
    ...(random.chance(0.9) ? { jobTitle: random.pick(jobTitles) } : {}),
    ...(random.chance(0.95) ? { department: random.pick(departments) } : {}),
    ...(random.chance(0.8) ? { employeeId: random.digits(6) } : {}),
    ...(random.chance(0.7) ? address : {}),
    ...(random.chance(0.6) ? { telephoneNumber: `${phonePrefix} ${random.digits(4)}` } : {}),
    ...(random.chance(0.4) ? { mobile: `${phonePrefix} ${random.digits(4)}` } : {}),
    manager: undefined,
    deletedAt: undefined,
    isAssigned: true,
  };
}
