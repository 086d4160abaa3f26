import type { Config } from '../config.ts';
import { connectionAddresses } from '../domain/connections/connection-addresses.ts';
import type { ConnectionRow } from '../domain/connections/connections.store.ts';
import { dateText, type Terminal, table } from './terminal.ts';

type Addressed = Pick<Config, 'publicUrl'>;

/** What of a connection's addresses goes into the identity provider. */
export function addressesOf(
  { publicUrl }: Addressed,
  { id, protocol }: Pick<ConnectionRow, 'id' | 'protocol'>,
): { redirectUri: string } | { acsUrl: string; entityId: string } {
  const { redirectUri, acsUrl, entityId } = connectionAddresses(publicUrl, id);
  return protocol === 'oidc' ? { redirectUri } : { acsUrl, entityId };
}

/** The same as an admin finds them on the identity provider's screens. */
export function addressRows(
  { paint }: Terminal,
  { publicUrl }: Addressed,
  { id, protocol }: Pick<ConnectionRow, 'id' | 'protocol'>,
): string[][] {
  const { redirectUri, acsUrl, entityId } = connectionAddresses(publicUrl, id);
  if (protocol === 'oidc') return [['Redirect URI', paint('cyan', redirectUri)]];
  return [
    ['Identifier (Entity ID)', paint('cyan', entityId)],
    ['Reply URL (ACS)', paint('cyan', acsUrl)],
  ];
}

/** A connection, as JSON. Its client secret is in no row. */
export function connectionJson(config: Addressed, connection: ConnectionRow) {
  const { certificates, createdBy: _, ...shown } = connection;
  const dates = certificates?.map(({ fingerprint, notBefore, notAfter }) => ({ fingerprint, notBefore, notAfter }));
  return { ...shown, certificates: dates ?? null, ...addressesOf(config, connection) };
}

/** All of a connection, and what its last test brought. */
export function connectionText(terminal: Terminal, config: Addressed, connection: ConnectionRow): string {
  const { paint } = terminal;
  const { protocol, issuer, testedAt, testedClaims } = connection;
  const rows = [
    ['status', connection.status],
    ['protocol', protocol],
    [protocol === 'oidc' ? 'issuer' : 'entity id there', issuer],
    ...optional('tenant', connection.tenantId),
    ...optional('client id', connection.clientId),
    ...optional('sign-in address', connection.ssoUrl),
    ...(connection.certificates ?? []).map(({ fingerprint, notAfter }) => [
      'certificate',
      `${fingerprint} (until ${dateText(new Date(notAfter))} UTC)`,
    ]),
    ['stable id', connection.stableIdClaim],
    ['just-in-time users', connection.allowsJustInTime ? 'yes, while there is no directory' : 'no'],
    ...addressRows(terminal, config, connection),
    ['tested', testedAt ? `${dateText(testedAt)} UTC` : 'never'],
  ];
  const claims = Object.entries(testedClaims ?? {}).map(([name, value]) => [name, claimText(value)]);
  return [
    `${paint('bold', connection.name)} (${connection.id})`,
    '',
    table(rows, '  '),
    ...(claims.length === 0 ? [] : ['', 'The last test sign-in brought:', '', table(claims, '  ')]),
  ].join('\n');
}

function optional(label: string, value: string | null): string[][] {
  return value === null ? [] : [[label, value]];
}

function claimText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
