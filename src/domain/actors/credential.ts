import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * The kinds of credential that we hand out; each opens its own door only. A client id is public and opens nothing: it has
 * this form because it has to name its organization.
 */
export type CredentialKind = 'scimToken' | 'apiKey' | 'clientId' | 'clientSecret';

const prefixes = {
  scimToken: 'rcscim',
  apiKey: 'rckey',
  clientId: 'rcclient',
  clientSecret: 'rcsecret',
} as const satisfies Record<CredentialKind, string>;
const kinds = new Map<string, CredentialKind>(
  Object.entries(prefixes).map(([kind, prefix]) => [prefix, kind as CredentialKind]),
);

/** The kinds of secret that name no organization: who holds one is found by its HMAC in a table outside row-level security. */
export type SecretKind = 'session' | 'browser' | 'state' | 'oneTimeLink';

const secretPrefixes = {
  session: 'rcsession',
  browser: 'rcbrowser',
  state: 'rcstate',
  oneTimeLink: 'rclink',
} as const satisfies Record<SecretKind, string>;
const secretKinds = new Map<string, SecretKind>(
  Object.entries(secretPrefixes).map(([kind, prefix]) => [prefix, kind as SecretKind]),
);

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ORGANIZATION_LENGTH = 22;
const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
/** 256 bits: 43 letters of 62 kinds. */
const FULL_SECRET_LENGTH = 43;
const FULL_SECRET = new RegExp(`^[0-9A-Za-z]{${FULL_SECRET_LENGTH + CHECKSUM_LENGTH}}$`);
const BODY = new RegExp(`^[0-9A-Za-z]{${ORGANIZATION_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH}}$`);
const UUID_MAX = (1n << 128n) - 1n;
/** Bytes from here on would make the first letters of the alphabet more likely. */
const UNBIASED_BYTES = 256 - (256 % ALPHABET.length);
const HINT_LENGTH = 4;
const HMACS_KEPT_MAX = 1_000;

/**
 * A new bearer: prefix, the organization (so that it is known before the database is asked), 190 bits of randomness, and a
 * checksum by which scanners and we tell a mistyped or invented one without a query.
 */
export function createCredential(kind: CredentialKind, organizationId: string): string {
  const text = `${prefixes[kind]}_${organizationKey(organizationId)}${randomLetters(SECRET_LENGTH)}`;
  return text + checksum(text);
}

/** The kind and organization that a bearer names, or undefined when it is none of ours. Says nothing of its validity. */
export function readCredential(text: string): { kind: CredentialKind; organizationId: string } | undefined {
  const [prefix = '', body = '', ...rest] = text.split('_', 3);
  const kind = kinds.get(prefix);
  if (!kind || rest.length > 0 || !BODY.test(body)) return undefined;
  if (checksum(text.slice(0, -CHECKSUM_LENGTH)) !== text.slice(-CHECKSUM_LENGTH)) return undefined;
  const organizationId = readOrganizationKey(body.slice(0, ORGANIZATION_LENGTH));
  return organizationId === undefined ? undefined : { kind, organizationId };
}

/** A new secret: prefix, 256 bits of randomness, and the checksum. Short enough for a SAML RelayState (80 bytes). */
export function createSecret(kind: SecretKind): string {
  const text = `${secretPrefixes[kind]}_${randomLetters(FULL_SECRET_LENGTH)}`;
  return text + checksum(text);
}

/** The kind of a secret, or undefined when it is none of ours. Says nothing of its validity. */
export function readSecret(text: string): SecretKind | undefined {
  const [prefix = '', body = '', ...rest] = text.split('_', 3);
  const kind = secretKinds.get(prefix);
  if (!kind || rest.length > 0 || !FULL_SECRET.test(body)) return undefined;
  return checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH) ? kind : undefined;
}

/** The part of a bearer that a list may show. */
export function hintOf(text: string): string {
  return text.slice(-HINT_LENGTH);
}

/** Keyed hashing of bearers, so that a copy of the database opens nothing. Throws without a key. */
export class CredentialHasher {
  readonly #secretKey: string;
  /** Those of the last callers: a busy one would otherwise cost 8 µs a request. */
  readonly #known = new Map<string, string>();

  constructor(secretKey: string) {
    if (typeof secretKey !== 'string' || secretKey.trim() === '') {
      throw new Error('The secret key is empty. Set SECRET_KEY; without it no token or API key can be checked.');
    }
    this.#secretKey = secretKey;
  }

  /** HMAC-SHA-256 in base64url. */
  hmacOf(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const hmac = createHmac('sha256', this.#secretKey).update(text).digest('base64url');
    if (this.#known.size >= HMACS_KEPT_MAX) this.#known.clear();
    this.#known.set(text, hmac);
    return hmac;
  }
}

function organizationKey(organizationId: string): string {
  return toLetters(BigInt(`0x${organizationId.replaceAll('-', '')}`), ORGANIZATION_LENGTH);
}

/** Organizations by their keys, which are no secrets; the arithmetic would cost 15 µs a request. */
const organizations = new Map<string, string>();
const ORGANIZATIONS_KEPT_MAX = 10_000;

function readOrganizationKey(letters: string): string | undefined {
  const known = organizations.get(letters);
  if (known !== undefined) return known;
  const read = computeOrganization(letters);
  if (organizations.size >= ORGANIZATIONS_KEPT_MAX) organizations.clear();
  if (read !== undefined) organizations.set(letters, read);
  return read;
}

function computeOrganization(letters: string): string | undefined {
  let value = 0n;
  for (const letter of letters) value = value * BigInt(ALPHABET.length) + BigInt(ALPHABET.indexOf(letter));
  if (value > UUID_MAX) return undefined;
  const digits = value.toString(16).padStart(32, '0');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function checksum(text: string): string {
  return toLetters(BigInt(crc32(text)), CHECKSUM_LENGTH);
}

function toLetters(value: bigint, length: number): string {
  let letters = '';
  for (let rest = value; letters.length < length; rest /= BigInt(ALPHABET.length)) {
    letters = ALPHABET.charAt(Number(rest % BigInt(ALPHABET.length))) + letters;
  }
  return letters;
}

function randomLetters(length: number): string {
  let letters = '';
  while (letters.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < UNBIASED_BYTES && letters.length < length) letters += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return letters;
}
