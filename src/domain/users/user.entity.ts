import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';

/** A person's membership record inside one organization: the product's view. */
export class User {
  organizationId!: string;
  id!: string;
  userName!: string;
  /** `foldKey(userName)`; null once the name is released, because the user was removed or the name was reused. */
  userNameKey!: string | null;
  displayName!: string | null;
  email!: string | null;
  emailKey!: string | null;
  /** Made or kept by an admin, so active without any directory. */
  isManual!: boolean;
  /** Since when no directory has them as active; null while one does, and for manual users. */
  inactiveSince!: Date | null;
  blockedAt!: Date | null;
  removedAt!: Date | null;
  version!: number;
  createdAt!: Date;
  updatedAt!: Date;
}

export const userSchema = defineEntity({
  class: User,
  tableName: 'users',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    userName: p.text(),
    userNameKey: p.text().nullable(),
    displayName: p.text().nullable(),
    email: p.text().nullable(),
    emailKey: p.text().nullable(),
    isManual: p.boolean(),
    inactiveSince: p.datetime().nullable(),
    blockedAt: p.datetime().nullable(),
    removedAt: p.datetime().nullable(),
    version: p.integer(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
  uniques: [{ name: 'users_user_name_key', properties: ['organizationId', 'userNameKey'] }],
  indexes: [
    { name: 'users_email_index', properties: ['organizationId', 'emailKey'] },
    {
      name: 'users_removed_index',
      expression:
        'create index "users_removed_index" on "users" ("organization_id", "removed_at") where (removed_at is not null)',
    },
    {
      name: 'users_inactive_index',
      expression:
        'create index "users_inactive_index" on "users" ("organization_id", "inactive_since") where (inactive_since is not null)',
    },
  ],
});
