import type { ConnectionCertificate } from '../domain/connections/connection.entity.ts';
import { connectionAddresses } from '../domain/connections/connection-addresses.ts';
import { certificateWarning } from '../domain/connections/connection-certificates.ts';
import type { ConnectionRow } from '../domain/connections/connections.store.ts';
import { signInUrl } from '../domain/sign-in-addresses.ts';
import { dateText, type Terminal, table } from './terminal.ts';

/** Below which address the service is reached, and how the connection's organization is called there. */
export interface ConnectionPlace {
  publicUrl: string;
  slug: string;
}

/** What of a connection's addresses goes into the identity provider. */
export function addressesOf(
  { publicUrl, slug }: ConnectionPlace,
  { id, protocol }: Pick<ConnectionRow, 'id' | 'protocol'>,
): ({ redirectUri: string } | { acsUrl: string; entityId: string }) & { signOnUrl: string } {
  const { redirectUri, acsUrl, entityId } = connectionAddresses(publicUrl, id);
  const signOnUrl = signInUrl(publicUrl, slug);
  return protocol === 'oidc' ? { redirectUri, signOnUrl } : { acsUrl, entityId, signOnUrl };
}

/** The same as an admin finds them on the identity provider's screens. */
export function addressRows(
  { paint }: Terminal,
  { publicUrl, slug }: ConnectionPlace,
  { id, protocol }: Pick<ConnectionRow, 'id' | 'protocol'>,
): string[][] {
  const { redirectUri, acsUrl, entityId } = connectionAddresses(publicUrl, id);
  const signOn = ['Sign-on URL', paint('cyan', signInUrl(publicUrl, slug))];
  if (protocol === 'oidc') return [['Redirect URI', paint('cyan', redirectUri)], signOn];
  return [['Entity ID', paint('cyan', entityId)], ['ACS URL', paint('cyan', acsUrl)], signOn];
}

/** A connection, as JSON. Its client secret is in no row. */
export function connectionJson(place: ConnectionPlace, connection: ConnectionRow) {
  const { certificates, createdBy: _, ...shown } = connection;
  const dates = certificates?.map(({ fingerprint, notBefore, notAfter }) => ({ fingerprint, notBefore, notAfter }));
  return { ...shown, certificates: dates ?? null, ...addressesOf(place, connection) };
}

/** All of a connection, and what its last test brought. */
export function connectionText(terminal: Terminal, place: ConnectionPlace, connection: ConnectionRow): string {
  const { paint } = terminal;
  const { protocol, issuer, testedAt, testedClaims } = connection;
  const rows = [
    ['status', connection.status],
    ['protocol', protocol],
    [protocol === 'oidc' ? 'issuer' : 'entity id there', issuer],
    ...optional('tenant', connection.tenantId),
    ...optional('client id', connection.clientId),
    ...optional('sign-in address', connection.ssoUrl),
    ...(connection.certificates ?? []).flatMap((certificate) => certificateRows(terminal, certificate)),
    ['stable id', connection.stableIdClaim],
    ['just-in-time users', connection.allowsJustInTime ? 'yes, while there is no directory' : 'no'],
    ...addressRows(terminal, place, connection),
    ['last test', testedAt ? `${dateText(testedAt)} UTC` : 'never'],
  ];
  const claims = Object.entries(testedClaims ?? {}).map(([name, value]) => [name, claimText(value)]);
  return [
    `${paint('bold', connection.name)} (${connection.id})`,
    '',
    table(rows, '  '),
    ...(claims.length === 0 ? [] : ['', 'The last test brought:', '', table(claims, '  ')]),
  ].join('\n');
}

function certificateRows({ paint }: Terminal, { fingerprint, notAfter }: ConnectionCertificate): string[][] {
  const warning = certificateWarning({ notAfter }, new Date());
  return [
    ['certificate', fingerprint],
    ['', `until ${dateText(new Date(notAfter))} UTC`],
    ...(warning === undefined ? [] : [['', paint('yellow', warning)]]),
  ];
}

function optional(label: string, value: string | null): string[][] {
  return value === null ? [] : [[label, value]];
}

function claimText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
