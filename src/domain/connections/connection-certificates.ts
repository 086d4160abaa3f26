import { DomainError } from '../domain-error.ts';
import type { ConnectionCertificate } from './connection.entity.ts';

const BELIEVED_MAX = 2;
const DAY_MS = 24 * 3600 * 1000;
const WARNED_DAYS = 30;
const GRACE_DAYS = 30;

/** `ended`: past its end, and still believed. `over`: believed no longer. */
export type CertificateStanding = 'good' | 'endsSoon' | 'ended' | 'over';
type Ending = Pick<ConnectionCertificate, 'notAfter'>;

/**
 * A certificate is believed because an admin imported it, and says nothing more than whose key it is. Identity providers go on
 * signing by one that has ended, so that a company is not locked out on the day: it is warned of for 30 days before its end and
 * for 30 days after, and then no longer believed.
 */
export function certificateStanding({ notAfter }: Ending, at: Date): CertificateStanding {
  const daysLeft = (Date.parse(notAfter) - at.getTime()) / DAY_MS;
  if (daysLeft > WARNED_DAYS) return 'good';
  if (daysLeft > 0) return 'endsSoon';
  return daysLeft > -GRACE_DAYS ? 'ended' : 'over';
}

/** What an admin has to know of a certificate and do; undefined for one that is good for long. */
export function certificateWarning({ notAfter }: Ending, at: Date): string | undefined {
  const standing = certificateStanding({ notAfter }, at);
  const end = dayOf(Date.parse(notAfter));
  const last = dayOf(Date.parse(notAfter) + GRACE_DAYS * DAY_MS);
  const remedy = 'Make a new one at the identity provider, and import its metadata here.';
  if (standing === 'good') return undefined;
  if (standing === 'over') return `It ended on ${end}, and is believed no longer. ${remedy}`;
  return `It ${standing === 'ended' ? 'ended' : 'ends'} on ${end}, and is believed until ${last}. ${remedy}`;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The certificates whose signatures are believed. */
export function believedCertificates(
  certificates: readonly ConnectionCertificate[],
  at: Date,
): ConnectionCertificate[] {
  return certificates.filter((certificate) => certificateStanding(certificate, at) !== 'over');
}

/** Of what was received, those that have not ended; where all have, those that are believed. */
function newestOf(received: readonly ConnectionCertificate[], at: Date): ConnectionCertificate[] {
  const believed = believedCertificates(received, at);
  const current = believed.filter((certificate) => certificateStanding(certificate, at) !== 'ended');
  return current.length > 0 ? current : believed;
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
  const fresh = [...new Map(newestOf(received, at).map((each) => [each.fingerprint, each])).values()];
  if (fresh.length === 0) {
    throw invalid('metadata', `has no certificate that ended less than ${GRACE_DAYS} days ago, or not yet`);
  }
  if (fresh.length > BELIEVED_MAX) {
    throw invalid('metadata', `has ${fresh.length} certificates, and at most two are believed: take those in use`);
  }
  const kept = believedCertificates(before, at)
    .filter(({ fingerprint }) => !fresh.some((each) => each.fingerprint === fingerprint))
    .sort((one, other) => Date.parse(other.notBefore) - Date.parse(one.notBefore));
  return [...fresh, ...kept].slice(0, BELIEVED_MAX);
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
