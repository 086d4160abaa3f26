import type { ConnectionProtocol } from './connection.entity.ts';

/** Stands for the NameID itself among the names of SAML attributes. */
export const NAME_ID_CLAIM = 'NameID';

export const ENTRA_OBJECT_ID = 'http://schemas.microsoft.com/identity/claims/objectidentifier';
const ENTRA_SAML_ISSUER = /^https:\/\/sts\.windows\.net\/[0-9a-f-]{36}\/$/i;

/** Entra signs tokens of both versions and SAML assertions in the name of the tenant. */
export function isEntraSaml(issuer: string): boolean {
  return ENTRA_SAML_ISSUER.test(issuer);
}

/**
 * The claim or SAML attribute that identity providers provision as `externalId`. Entra's `sub` is another for each
 * application, its `oid` is the object's own id.
 */
export function defaultStableIdClaim(connection: {
  protocol: ConnectionProtocol;
  issuer: string;
  tenantId: string | null;
}): string {
  if (connection.protocol === 'oidc') return connection.tenantId === null ? 'sub' : 'oid';
  return isEntraSaml(connection.issuer) ? ENTRA_OBJECT_ID : NAME_ID_CLAIM;
}
