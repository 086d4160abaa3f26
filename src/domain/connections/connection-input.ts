import type { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { NAME_LENGTH_MAX, readName } from '../text-input.ts';
import type { ConnectionCertificate, ConnectionProtocol } from './connection.entity.ts';
import { rollOver, withoutCertificate } from './connection-certificates.ts';
import type { IdentityProviders } from './identity-providers.ts';
import { isOpenToEverybody, type OpenIdIssuer, readOpenIdIssuer } from './openid-issuer.ts';
import { isSsoUrl } from './sso-url.ts';
import { defaultStableIdClaim, isEntraSaml } from './stable-id-claim.ts';

/** What every connection has, whatever its protocol. */
interface ConnectionSettings {
  /** As people read it; null, or absent where it is made: after its identity provider. */
  name?: string | null | undefined;
  /** Null, or absent where it is made: false. */
  allowsJustInTime?: boolean | null | undefined;
  /** Null, or absent where it is made: what suits the identity provider. */
  stableIdClaim?: string | null | undefined;
}

export type CreateConnection = ConnectionSettings &
  (
    | { protocol: 'oidc'; issuer: string; clientId: string; clientSecret: string }
    | { protocol: 'saml'; metadata: string }
  );

/** Absent leaves. */
export interface UpdateConnection extends ConnectionSettings {
  issuer?: string | null | undefined;
  clientId?: string | null | undefined;
  clientSecret?: string | null | undefined;
  /** SAML: of the same entity id; its certificates live beside the ones before, at most two. */
  metadata?: string | null | undefined;
  /** SAML: the fingerprint of a certificate that is believed no longer. */
  removeCertificate?: string | null | undefined;
  ifVersion?: number | null | undefined;
}

/** What of a connection an input decides, besides the client secret. */
export interface ConnectionFacts {
  name: string;
  issuer: string;
  clientId: string | null;
  tenantId: string | null;
  ssoUrl: string | null;
  certificates: ConnectionCertificate[] | null;
  stableIdClaim: string;
  allowsJustInTime: boolean;
}

export interface ReadingParts {
  clock: Clock;
  identityProviders: IdentityProviders;
  allowsLoopbackIssuers: boolean;
}

const CLIENT_ID_LENGTH_MAX = 512;
const CLIENT_SECRET_LENGTH_MAX = 2048;
const CLAIM_LENGTH_MAX = 256;
const ENTITY_ID_LENGTH_MAX = 1024;
const METADATA_BYTES_MAX = 256 * 1024;

export const protocolNames = { oidc: 'OpenID Connect', saml: 'SAML' } as const satisfies Record<
  ConnectionProtocol,
  string
>;
const ofOtherProtocol = {
  oidc: ['metadata', 'removeCertificate'],
  saml: ['issuer', 'clientId', 'clientSecret'],
} as const satisfies Record<ConnectionProtocol, readonly (keyof UpdateConnection)[]>;

/** A connection as it stands while a change of it is read. */
type ConnectionBefore = ConnectionFacts & { protocol: ConnectionProtocol };

/** What a new connection is. Throws `invalidValue`. */
export function readNewConnection(input: CreateConnection, parts: ReadingParts): ConnectionFacts {
  if (input.protocol === 'saml') {
    const { protocol } = input;
    return withSettings(
      { protocol, clientId: null, tenantId: null, ...readMetadata(input.metadata, parts, []) },
      input,
    );
  }
  const { protocol, issuer, clientId } = input;
  const own = { protocol, ...readIssuer(issuer, parts), ...readClientId(clientId), ssoUrl: null, certificates: null };
  return withSettings(own, input);
}

/** What a connection is after a change. Throws `invalidValue`. */
export function readChangedConnection(
  before: ConnectionBefore,
  input: UpdateConnection,
  parts: ReadingParts,
): ConnectionFacts {
  refuseOtherProtocol(before.protocol, input);
  const { issuer, clientId, metadata, removeCertificate } = input;
  const own: ProtocolFacts = {
    ...before,
    ...(issuer !== undefined && readIssuer(issuer, parts)),
    ...(clientId !== undefined && readClientId(clientId)),
    ...(metadata !== undefined && readMetadata(metadata, parts, before.certificates ?? [])),
  };
  if (before.protocol === 'saml' && own.issuer !== before.issuer) {
    const problem = `is of ${own.issuer}, and this connection of ${before.issuer}: make another connection for it`;
    throw invalid('metadata', problem);
  }
  if (removeCertificate == null) return withSettings(own, input, before);
  const certificates = withoutCertificate(own.certificates ?? [], removeCertificate);
  return withSettings({ ...own, certificates }, input, before);
}

/** Throws `invalidValue`. */
export function readClientSecret(text: string | null | undefined): string {
  return readName(text, 'clientSecret', CLIENT_SECRET_LENGTH_MAX);
}

type ProtocolFacts = Omit<ConnectionFacts, 'name' | 'stableIdClaim' | 'allowsJustInTime'> & {
  protocol: ConnectionProtocol;
};

function withSettings(own: ProtocolFacts, input: ConnectionSettings, before?: ConnectionBefore): ConnectionFacts {
  const { issuer, clientId, tenantId, ssoUrl, certificates } = own;
  const { name = before?.name, allowsJustInTime = before?.allowsJustInTime } = input;
  if (allowsJustInTime && isOpenToEverybody(issuer)) {
    throw invalid('allowsJustInTime', `cannot be with ${issuer}, where everybody may have an account`);
  }
  return {
    issuer,
    clientId,
    tenantId,
    ssoUrl,
    certificates,
    name: name == null ? defaultName(own) : readName(name, 'name'),
    stableIdClaim: readStableIdClaim(input.stableIdClaim, own, before),
    allowsJustInTime: allowsJustInTime ?? false,
  };
}

function defaultName({ issuer, tenantId }: ProtocolFacts): string {
  if (tenantId !== null || isEntraSaml(issuer)) return 'Microsoft Entra ID';
  return (URL.parse(issuer)?.hostname || issuer).slice(0, NAME_LENGTH_MAX);
}

/** The usual one of the issuer before gives way to that of a new issuer. */
function readStableIdClaim(
  claim: string | null | undefined,
  own: ProtocolFacts,
  before: ConnectionBefore | undefined,
): string {
  if (claim != null) return readName(claim, 'stableIdClaim', CLAIM_LENGTH_MAX);
  const isKept = claim === undefined && before && before.stableIdClaim !== defaultStableIdClaim(before);
  return isKept ? before.stableIdClaim : defaultStableIdClaim(own);
}

function readIssuer(text: string | null, { allowsLoopbackIssuers }: ReadingParts): OpenIdIssuer {
  return readOpenIdIssuer(text, { allowsLoopback: allowsLoopbackIssuers });
}

function readClientId(text: string | null): { clientId: string } {
  return { clientId: readName(text, 'clientId', CLIENT_ID_LENGTH_MAX) };
}

/** Its certificates beside those of `before`. */
function readMetadata(
  xml: string | null,
  { clock, identityProviders, allowsLoopbackIssuers }: ReadingParts,
  before: readonly ConnectionCertificate[],
): Pick<ConnectionFacts, 'issuer' | 'ssoUrl' | 'certificates'> {
  if (xml === null || xml.trim() === '') throw invalid('metadata', 'must not be empty');
  if (Buffer.byteLength(xml) > METADATA_BYTES_MAX)
    throw invalid('metadata', 'must be 256 KB or smaller: that of one identity provider');
  const { issuer, ssoUrl, certificates } = identityProviders.readMetadata(xml);
  readName(issuer, 'metadata', ENTITY_ID_LENGTH_MAX);
  if (!isSsoUrl(ssoUrl, { allowsLoopback: allowsLoopbackIssuers })) {
    throw invalid('metadata', 'names no https address where people sign in');
  }
  return { issuer, ssoUrl, certificates: rollOver(before, certificates, clock()) };
}

function refuseOtherProtocol(protocol: ConnectionProtocol, input: UpdateConnection): void {
  const stray = ofOtherProtocol[protocol].find((field) => input[field] !== undefined);
  if (stray !== undefined) throw invalid(stray, `is nothing of a connection by ${protocolNames[protocol]}`);
}

function invalid(path: string, problem: string): DomainError {
  return new DomainError('invalidValue', `${path} ${problem}.`, { path });
}
