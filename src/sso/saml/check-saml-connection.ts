import type { ConnectionCertificate } from '../../domain/connections/connection.entity.ts';
import { believedCertificates, certificateWarning } from '../../domain/connections/connection-certificates.ts';
import type { ConnectionCheck } from '../../domain/connections/identity-providers.ts';
import type { SignInConnection } from '../../domain/connections/sign-in-connection.ts';
import { isSsoUrl } from '../../domain/connections/sso-url.ts';

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
  const warning = certificateWarning({ notAfter }, now);
  return {
    name: `certificate ${fingerprint.slice(0, 16)}`,
    isOk: warning === undefined,
    message: warning ?? `It ends on ${notAfter.slice(0, 10)}.`,
  };
}

function checkSome(certificates: readonly ConnectionCertificate[], now: Date): ConnectionCheck {
  const believed = believedCertificates(certificates, now).length;
  return {
    name: 'certificates',
    isOk: believed > 0,
    message:
      believed > 0
        ? believedText(believed, certificates.length)
        : 'No certificate is believed any more, so that nobody can sign in. Import new metadata of the identity provider.',
  };
}

function believedText(believed: number, count: number): string {
  if (count === 1) return 'The certificate is believed.';
  return believed === count
    ? `All ${count} certificates are believed.`
    : `${believed} of ${count} certificates ${believed === 1 ? 'is' : 'are'} believed.`;
}
