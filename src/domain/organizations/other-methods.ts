/** SQL that is true where a connection of the organization `$1` is enabled. */
export const HAS_CONNECTION = `exists (
    select 1 from connections oc
     where oc.organization_id = $1 and oc.status = 'enabled' and oc.deleted_at is null)`;

/**
 * SQL that is true where the organization `$1`, whose row is `organization`, takes other ways in than connections: Google and
 * Microsoft accounts. It does while no connection is enabled, and where it says so.
 */
export function takesOtherMethods(organization: string): string {
  return `(${organization}.accepts_other_methods or not ${HAS_CONNECTION})`;
}
