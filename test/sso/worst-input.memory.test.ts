import { describe, expect, it } from 'vitest';
import { readOpenIdIssuer } from '../../src/domain/connections/openid-issuer.ts';
import { isSsoUrl } from '../../src/domain/connections/sso-url.ts';
import { defaultStableIdClaim, isEntraSaml } from '../../src/domain/connections/stable-id-claim.ts';
import { isEmailShaped } from '../../src/domain/email-address.ts';
import { lookUpProof } from '../../src/domain/email-domains/dns-proof.ts';
import { domainOfEmail, readEmailDomain } from '../../src/domain/email-domains/email-domain-name.ts';
import { addressesOf } from '../../src/http/forwarded-for.ts';
import { boundedClaims } from '../../src/sso/bounded-claims.ts';
import { explainEntraCode, findEntraCode } from '../../src/sso/entra-error.ts';
import { isEndpointAddress } from '../../src/sso/oidc/guarded-fetch.ts';
import { providerFailure } from '../../src/sso/oidc/provider-error.ts';
import { readIdentity } from '../../src/sso/oidc/read-identity.ts';
import { html } from '../../src/sso/pages/html.ts';
import { isPlain, plainText } from '../../src/sso/plain-text.ts';
import { readReturnTo } from '../../src/sso/return-to.ts';
import { readSlugInput } from '../../src/sso/slug-input.ts';
import { aParty } from './oidc/oidc-exchange.ts';

const LENGTH = 256 * 1024;
const MILLISECONDS_MAX = 2_000;

const letters = [
  ' ',
  '\n',
  '\u0000',
  '\u200b',
  '@',
  '.',
  '/',
  '-',
  '"',
  '&',
  ':',
  ',',
  'a',
  'a.',
  'ä',
  'ä.',
  ' a',
  '%',
  '\ufdfa',
];
const other = { a: 'b' };

/** Each reads a text that was written by others. */
const readers: Record<string, (text: string) => unknown> = {
  slug: readSlugInput,
  'address to go on to': (text) => [
    readReturnTo(text, []),
    readReturnTo(`/${text}`, []),
    readReturnTo(`https://${text}`, []),
  ],
  'X-Forwarded-For': addressesOf,
  'error of an OpenID provider': (text) => providerFailure({ error: text, description: text }),
  'code of Entra': (text) => [findEntraCode(text), explainEntraCode(text)],
  'claims of an id token': (text) => {
    const claims = { iss: text, sub: text, aud: text, iat: 0, email: text, name: text, [text]: [text, other] };
    return readIdentity(
      claims,
      { email: text, given_name: text },
      { ...aParty({ issuer: 'https://a.example' }), stableIdClaim: text },
    );
  },
  'claims that are shown': (text) => boundedClaims({ [text]: text, texts: Array.from({ length: 100 }, () => text) }),
  'plain text': (text) => [plainText(text, 300), plainText(text, LENGTH), isPlain(text, LENGTH)],
  'text of a page': (text) => String(html`${text}`),
  issuer: (text) => readOpenIdIssuer(`https://${text}`, { allowsLoopback: true }),
  'entity id': (text) => [isEntraSaml(text), defaultStableIdClaim({ protocol: 'saml', issuer: text, tenantId: null })],
  'sign-in address': (text) => isSsoUrl(`https://${text}`, { allowsLoopback: true }),
  'address of an endpoint': (text) => isEndpointAddress(`https://${text}`, { allowsLoopback: true }),
  'e-mail address': (text) => [isEmailShaped(text), isEmailShaped(`a@${text}`), domainOfEmail(`a@${text}`)],
  'e-mail domain': readEmailDomain,
  'TXT records': (text) =>
    lookUpProof(async () => [[`"${text}`, `${text}"`], [text]], { domain: 'a.example', token: 'x' }),
};

describe('256 KB of whatever others like are read, or refused, in little time', () => {
  it.each(Object.entries(readers))('as %s', async (_name, read) => {
    for (const letter of letters) {
      const filled = letter.repeat(Math.floor(LENGTH / letter.length));
      for (const text of [filled, `${filled}!`, `!${filled}`, `a${filled}\u0000`]) {
        const began = performance.now();
        await Promise.resolve(text)
          .then(read)
          .catch(() => undefined);
        expect([letter, performance.now() - began < MILLISECONDS_MAX]).toEqual([letter, true]);
      }
    }
  });
});
