import { DomainError } from '../domain-error.ts';
import type { ConnectionCertificate } from './connection.entity.ts';

const LIVE_MAX = 2;

/** The certificates that have not ended. */
export function liveCertificates(certificates: readonly ConnectionCertificate[], at: Date): ConnectionCertificate[] {
  return certificates.filter(({ notAfter }) => new Date(notAfter) > at);
}

/**
 * Those that are believed after metadata was imported: the received ones and, as long as there is room for two, the newest
 * of those before, so that the identity provider changes over when it likes. Throws `invalidValue`.
 */
export function rollOver(
  before: readonly ConnectionCertificate[],
  received: readonly ConnectionCertificate[],
  at: Date,
): ConnectionCertificate[] {
  const fresh = [...new Map(liveCertificates(received, at).map((each) => [each.fingerprint, each])).values()];
  if (fresh.length === 0) throw invalid('metadata', 'has no certificate that is valid now');
  if (fresh.length > LIVE_MAX) {
    throw invalid('metadata', `has ${fresh.length} certificates, and at most two are believed: take those in use`);
  }
  const kept = liveCertificates(before, at)
    .filter(({ fingerprint }) => !fresh.some((each) => each.fingerprint === fingerprint))
    .sort((one, other) => Date.parse(other.notBefore) - Date.parse(one.notBefore));
  return [...fresh, ...kept].slice(0, LIVE_MAX);
}

/** Without one that is believed no longer. Throws `invalidValue` for an unknown one, and for the last. */
export function withoutCertificate(
  certificates: readonly ConnectionCertificate[],
  fingerprint: string,
): ConnectionCertificate[] {
  const wanted = fingerprint.replaceAll(':', '').toLowerCase();
  const rest = certificates.filter((each) => each.fingerprint !== wanted);
  if (rest.length === certificates.length) {
    throw invalid('removeCertificate', 'names no certificate of the connection: give the whole fingerprint');
  }
  if (rest.length > 0) return rest;
  throw invalid('removeCertificate', 'names the only certificate: import metadata with another first');
}

function invalid(path: string, problem: string): DomainError {
  return new DomainError('invalidValue', `${path} ${problem}.`, { path });
}
