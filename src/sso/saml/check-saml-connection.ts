import type { ConnectionCertificate } from '../../domain/connections/connection.entity.ts';
import type { ConnectionCheck } from '../../domain/connections/identity-providers.ts';
import type { SignInConnection } from '../../domain/connections/sign-in-connection.ts';
import { isSsoUrl } from './sso-url.ts';

const DAY_MS = 24 * 3600 * 1000;
const EXPIRES_SOON_MS = 30 * DAY_MS;

/** What can be said of a SAML connection without anybody signing in. */
export function checkSamlConnection(connection: SignInConnection, now: Date): ConnectionCheck[] {
  return [
    checkSsoUrl(connection.ssoUrl ?? ''),
    ...(connection.certificates ?? []).map((certificate) => checkCertificate(certificate, now)),
    checkSome(connection.certificates ?? [], now),
  ];
}

function checkSsoUrl(ssoUrl: string): ConnectionCheck {
  const isOk = isSsoUrl(ssoUrl, { allowsLoopback: true });
  return {
    name: 'ssoUrl',
    isOk,
    message: isOk
      ? `People are sent to ${ssoUrl}.`
      : 'The sign-in address of the identity provider is not an https:// address. Import its metadata again.',
  };
}

function checkCertificate({ fingerprint, notAfter }: ConnectionCertificate, now: Date): ConnectionCheck {
  const name = `certificate ${fingerprint.slice(0, 16)}`;
  const day = notAfter.slice(0, 10);
  const left = Date.parse(notAfter) - now.getTime();
  if (left <= 0) {
    return { name, isOk: false, message: `It expired on ${day}. Import the metadata again once it has a new one.` };
  }
  if (left <= EXPIRES_SOON_MS) {
    const message = `It expires on ${day}. Make a new one at the identity provider and import its metadata here before.`;
    return { name, isOk: false, message };
  }
  return { name, isOk: true, message: `It is valid until ${day}.` };
}

function checkSome(certificates: readonly ConnectionCertificate[], now: Date): ConnectionCheck {
  const valid = certificates.filter(
    ({ notBefore, notAfter }) => Date.parse(notBefore) <= now.getTime() && now.getTime() < Date.parse(notAfter),
  );
  return {
    name: 'certificates',
    isOk: valid.length > 0,
    message:
      valid.length > 0
        ? `${valid.length} of ${certificates.length} certificates are valid now.`
        : 'No certificate is valid now. Import the metadata of the identity provider again.',
  };
}
