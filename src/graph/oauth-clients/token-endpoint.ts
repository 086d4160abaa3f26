import type { TenantUrl } from '../context.ts';

/** Where access tokens are asked for. Both addresses stand below the one under which the service is reached. */
export function tokenEndpointOf(tenantUrl: TenantUrl): string {
  return tenantUrl('').replace(/\/scim\/v2\/$/, '/oauth/token');
}
