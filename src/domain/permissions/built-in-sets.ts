import { v7 as uuid } from 'uuid';
import { groupNameKey } from '../../attributes/fold.ts';
import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { BuiltInSet } from './permission-set.entity.ts';

const builtIn: Readonly<Record<BuiltInSet, { name: string; description: string }>> = {
  owner: { name: 'Owner', description: 'Everything, the organization itself included.' },
  admin: { name: 'Admin', description: 'Everything but the organization itself.' },
  reader: { name: 'Reader', description: 'What the product lets every reader do.' },
};

const insertSet = statement<never>(
  `insert into permission_sets (organization_id, id, name, name_key, description, built_in, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, 1, $7, $7)`,
);

/** Gives a new organization its built-in permission sets; what they hold stands in the catalogue. */
export async function insertBuiltInSets(transaction: OrganizationTransaction, at: Date): Promise<void> {
  for (const [set, { name, description }] of Object.entries(builtIn)) {
    await transaction.rows(insertSet, uuid(), name, groupNameKey(name), description, set, at);
  }
}
