const ORGANIZATIONS = 'https://login.microsoftonline.com/organizations/v2.0';
const COMMON = 'https://login.microsoftonline.com/common/v2.0';
/** What the discovery documents of both call their issuer; each token names the tenant it comes from. */
const TEMPLATE = 'https://login.microsoftonline.com/{tenantid}/v2.0';
/** The tenant of all personal Microsoft accounts. */
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad';
const TENANT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether an issuer stands for all tenants of Entra instead of one. */
export function isForManyTenants(issuer: string): boolean {
  return issuer === ORGANIZATIONS || issuer === COMMON;
}

/** What the discovery document of an issuer has to call itself. */
export function discoveredIssuer(issuer: string): string {
  return isForManyTenants(issuer) ? TEMPLATE : issuer;
}

/** Whether tokens of this tenant may come from this issuer, which stands for many. */
export function isTenantOf(issuer: string, tenantId: string): boolean {
  return TENANT_ID.test(tenantId) && (tenantId !== CONSUMERS || issuer === COMMON);
}

/** What a token of this tenant has to call its issuer. */
export function issuerOfTenant(tenantId: string): string {
  return TEMPLATE.replace('{tenantid}', tenantId);
}
