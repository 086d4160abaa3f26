import type { TenantUrl } from '../context.ts';

/** Under which the service is reached: the tenant URLs stand below it. */
export function publicUrlOf(tenantUrl: TenantUrl): string {
  return tenantUrl('').replace(/\/scim\/v2\/$/, '');
}
