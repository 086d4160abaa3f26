import { isIssuerAddress } from '../directory-credentials/issuer-address.ts';
import { DomainError } from '../domain-error.ts';
import { readName } from '../text-input.ts';

export interface OpenIdIssuer {
  /** As the claim `iss` spells it. */
  issuer: string;
  /** The Entra tenant that the claim `tid` has to name; null for other issuers. */
  tenantId: string | null;
}

const ISSUER_LENGTH_MAX = 512;
const DISCOVERY = '/.well-known/openid-configuration';
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** Entra, its national clouds and its external tenants name the tenant in the path. */
const TENANT_PATH = new RegExp(`^/(${UUID})/v2\\.0/?$`, 'i');
const VERSION_1 = new RegExp(`^https://sts\\.windows\\.net/(${UUID})/$`, 'i');
const SHARED_PATH = /^\/(common|organizations|consumers|9188040d-6c67-4c5b-b112-36a304b66dad)(\/|$)/i;
const entraHosts = new Set([
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
  'login.windows.net',
]);
const publicIssuers = new Set(['https://accounts.google.com']);

/**
 * Reads the issuer of an OpenID provider, also from the address of its discovery document. One of Entra has to name its
 * tenant, which is pinned: tokens of every tenant are signed by the same keys. Throws `invalidValue`.
 */
export function readOpenIdIssuer(text: string | null, { allowsLoopback }: { allowsLoopback: boolean }): OpenIdIssuer {
  const trimmed = readName(text, 'issuer', ISSUER_LENGTH_MAX + DISCOVERY.length).trim();
  const issuer = trimmed.endsWith(DISCOVERY) ? trimmed.slice(0, -DISCOVERY.length) : trimmed;
  if (!isIssuerAddress(issuer, { allowsLoopback })) {
    throw invalid('must be an https address with a public host name, without query and fragment');
  }
  const version1 = VERSION_1.exec(issuer)?.[1]?.toLowerCase();
  if (version1 !== undefined) return { issuer: `https://sts.windows.net/${version1}/`, tenantId: version1 };
  const { origin, hostname, pathname } = new URL(issuer);
  if (SHARED_PATH.test(pathname)) {
    throw invalid(`is shared by all customers of Microsoft; take your tenant's own: ${origin}/TENANT_ID/v2.0`);
  }
  const tenantId = TENANT_PATH.exec(pathname)?.[1]?.toLowerCase();
  if (tenantId !== undefined) return { issuer: `${origin}/${tenantId}/v2.0`, tenantId };
  if (entraHosts.has(hostname)) throw invalid(`must name the tenant by its id: ${origin}/TENANT_ID/v2.0`);
  return { issuer, tenantId: null };
}

/** Whether anybody at all can have an account there, so that signing in says nothing of belonging to a company. */
export function isOpenToEverybody(issuer: string): boolean {
  return publicIssuers.has(issuer);
}

/**
 * Who stands behind an issuer, OIDC's or SAML's entity id: a tenant of Entra speaks by several names and is one, every other
 * issuer is its own.
 */
export function identityProviderOf(issuer: string): string {
  const tenantId = VERSION_1.exec(issuer)?.[1] ?? entraTenantOf(issuer);
  return tenantId === undefined ? issuer : `entra ${tenantId.toLowerCase()}`;
}

function entraTenantOf(issuer: string): string | undefined {
  const url = URL.parse(issuer);
  return url !== null && entraHosts.has(url.hostname) ? TENANT_PATH.exec(url.pathname)?.[1] : undefined;
}

function invalid(problem: string): DomainError {
  return new DomainError('invalidValue', `issuer ${problem}.`, { path: 'issuer' });
}
