import { type EntityClass, type PolicyDef, p } from '@mikro-orm/core';

/**
 * The organization of this transaction. Empty string, which the setting reads after an earlier transaction on the
 * same connection, counts as none; without one the comparison is null and no row is visible or writable.
 */
const CURRENT_ORGANIZATION = "nullif(current_setting('app.organization_id', true), '')::uuid";
const OWN_ROWS = `(organization_id = ${CURRENT_ORGANIZATION})`;

/**
 * What every table of an organization declares: forced row-level security with one policy, so that neither the owner
 * nor the service role sees rows of another organization (docs/adr/0004-row-level-security.md).
 */
export const organizationTable = {
  policies: [{ name: 'own_organization', using: OWN_ROWS, check: OWN_ROWS }] satisfies PolicyDef[],
  rowLevelSecurity: 'force' as const,
};

/**
 * A foreign key inside one organization: (organization_id, column) → (organization_id, id). The key takes its name by
 * hand because errors are mapped by it, and `on update no action` because an organization_id never changes.
 */
export function belongsTo<T extends object>(parent: EntityClass<T>, column: string, foreignKeyName: string) {
  return p
    .manyToOne(parent)
    .joinColumns('organization_id', column)
    .ownColumns(column)
    .foreignKeyName(foreignKeyName)
    .updateRule('no action')
    .deleteRule('no action');
}
