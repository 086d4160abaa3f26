import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CredentialHasher, createCredential, hintOf, readCredential } from '../../../src/domain/actors/credential.ts';

const organizationId = '0199c0de-7a11-7000-8000-0000000000ff';

describe('a credential', () => {
  it('names its kind and its organization', () => {
    for (const kind of ['scimToken', 'apiKey'] as const) {
      for (const id of [organizationId, randomUUID(), '00000000-0000-0000-0000-000000000000']) {
        expect(readCredential(createCredential(kind, id))).toEqual({ kind, organizationId: id });
      }
    }
  });

  it('reads back the largest organization id and refuses a key beyond it', () => {
    const largest = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    const text = createCredential('apiKey', largest);
    expect(readCredential(text)).toEqual({ kind: 'apiKey', organizationId: largest });
    const beyond = `rckey_${'z'.repeat(22)}${text.slice(28, 60)}`;
    expect(readCredential(beyond + checksumOf(beyond))).toBeUndefined();
  });

  it('security 22: shows by its prefix which door it opens', () => {
    expect(createCredential('scimToken', organizationId)).toMatch(/^rcscim_[0-9A-Za-z]{60}$/);
    expect(createCredential('apiKey', organizationId)).toMatch(/^rckey_[0-9A-Za-z]{60}$/);
  });

  it('never repeats its secret, which uses the whole alphabet', () => {
    const texts = Array.from({ length: 500 }, () => createCredential('apiKey', organizationId));
    expect(new Set(texts).size).toBe(500);
    const letters = new Set(texts.flatMap((text) => [...text.slice(28, 60)]));
    expect(letters.size).toBe(62);
  });

  it('is refused when any single letter of it is another', () => {
    const text = createCredential('scimToken', organizationId);
    for (let index = 0; index < text.length; index += 1) {
      const other = text[index] === 'a' ? 'b' : 'a';
      expect(readCredential(text.slice(0, index) + other + text.slice(index + 1)), `letter ${index}`).toBeUndefined();
    }
  });

  it('is refused when it is shorter, longer, or carries anything beside it', () => {
    const text = createCredential('apiKey', organizationId);
    const body = text.slice(6);
    const wrong = ['', 'rckey_', text.slice(0, -1), `${text}0`, ` ${text}`, `${text}\n`, `${text}_`, `rcother_${body}`];
    for (const each of [...wrong, body, text.toUpperCase(), `Bearer ${text}`, `rcscim_${body}`]) {
      expect(readCredential(each), JSON.stringify(each)).toBeUndefined();
    }
  });

  it('security 15: shows four letters of itself in lists', () => {
    const text = createCredential('apiKey', organizationId);
    expect(hintOf(text)).toBe(text.slice(-4));
  });
});

describe('the hash of a credential', () => {
  it('security 3: cannot be made without a secret key', () => {
    for (const missing of ['', '   ', undefined as unknown as string]) {
      expect(() => new CredentialHasher(missing)).toThrow(/SECRET_KEY/);
    }
  });

  it('differs by secret key and by text, and is always the same for the same', () => {
    const hasher = new CredentialHasher('one');
    expect(hasher.hmacOf('text')).toBe(new CredentialHasher('one').hmacOf('text'));
    expect(hasher.hmacOf('text')).not.toBe(new CredentialHasher('two').hmacOf('text'));
    expect(hasher.hmacOf('text')).not.toBe(hasher.hmacOf('Text'));
    expect(hasher.hmacOf('text')).toMatch(/^[\w-]{43}$/);
  });
});

/** Written apart from the code under test: CRC-32 in base62, six letters. */
function checksumOf(text: string): string {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const value = crc32(text);
  return [5, 4, 3, 2, 1, 0].map((power) => alphabet.charAt(Math.floor(value / 62 ** power) % 62)).join('');
}
