import { expect, it } from 'vitest';
import type { SignInConnection } from '../../../src/domain/connections/sign-in-connection.ts';
import { checkSamlConnection } from '../../../src/sso/saml/check-saml-connection.ts';

const now = new Date('2026-06-01T00:00:00Z');
const GOOD = '2030-01-01T00:00:00Z';
const OVER = '2026-01-01T00:00:00Z';

it.each([
  ['The certificate is believed.', [GOOD]],
  ['All 2 certificates are believed.', [GOOD, GOOD]],
  ['1 of 2 certificates is believed.', [GOOD, OVER]],
  ['2 of 3 certificates are believed.', [GOOD, OVER, GOOD]],
])('the check of a SAML connection says: %s', (sentence, ends) => {
  const certificates = ends.map((notAfter, index) => ({ pem: '', fingerprint: `${index}`, notBefore: OVER, notAfter }));
  const connection = { ssoUrl: 'https://idp.example/sso', certificates } as Partial<SignInConnection>;
  const checks = checkSamlConnection(connection as SignInConnection, now);
  expect(checks.find(({ name }) => name === 'certificates')).toEqual({
    name: 'certificates',
    isOk: true,
    message: sentence,
  });
});
