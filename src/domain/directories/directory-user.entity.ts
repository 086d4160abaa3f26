import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';

/**
 * A person as the identity provider sent it: `resource` is the SCIM document, strings exactly as sent. The other
 * columns are copies for what is searched or projected; keys are `foldKey` of the value.
 *
 * No foreign key to the directory: each would lock the directory's row once a written person, and directories are
 * never deleted, only retired.
 */
export class DirectoryUser {
  organizationId!: string;
  id!: string;
  directoryId!: string;
  userNameKey!: string;
  externalId!: string | null;
  /** The externalId at the last write that left the record active: on restore another one means another person. */
  personExternalId!: string | null;
  /** `foldKey` of the e-mail of type work. */
  emailKey!: string | null;
  active!: boolean;
  /** Came back while the directory was paused: counts as inactive in the product until it goes on. */
  isHeld!: boolean;
  managerId!: string | null;
  resource!: Record<string, unknown>;
  version!: number;
  createdAt!: Date;
  updatedAt!: Date;
}

export const directoryUserSchema = defineEntity({
  class: DirectoryUser,
  tableName: 'directory_users',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    directoryId: p.uuid(),
    userNameKey: p.text(),
    externalId: p.text().nullable(),
    personExternalId: p.text().nullable(),
    emailKey: p.text().nullable(),
    active: p.boolean(),
    isHeld: p.boolean().default(false),
    managerId: p.text().nullable(),
    resource: p.json().$type<Record<string, unknown>>(),
    version: p.integer(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
  uniques: [{ name: 'directory_users_user_name_key', properties: ['organizationId', 'directoryId', 'userNameKey'] }],
  indexes: [
    { name: 'directory_users_directory_index', properties: ['organizationId', 'directoryId', 'id'] },
    {
      name: 'directory_users_manager_index',
      expression:
        'create index "directory_users_manager_index" on "directory_users" ("organization_id", "directory_id", "manager_id") where (manager_id is not null)',
    },
    { name: 'directory_users_external_id_index', properties: ['organizationId', 'directoryId', 'externalId'] },
    { name: 'directory_users_email_index', properties: ['organizationId', 'directoryId', 'emailKey'] },
  ],
});

/** A folded value of an attribute that identity providers match on and that has no column of its own. */
export class DirectoryUserKey {
  organizationId!: string;
  directoryUser!: DirectoryUser;
  /** Canonical SCIM path, such as `emails.value`. */
  attribute!: string;
  key!: string;
  directoryId!: string;
  /** The organization declared the attribute unique in a directory. */
  isUnique!: boolean;
}

export const directoryUserKeySchema = defineEntity({
  class: DirectoryUserKey,
  tableName: 'directory_user_keys',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    directoryUser: () =>
      belongsTo(DirectoryUser, 'directory_user_id', 'directory_user_keys_user_fkey').primary().deleteRule('cascade'),
    attribute: p.text().primary(),
    key: p.text().primary(),
    directoryId: p.uuid(),
    isUnique: p.boolean().default(false),
  },
  indexes: [{ name: 'directory_user_keys_index', properties: ['organizationId', 'directoryId', 'attribute', 'key'] }],
  uniques: [
    {
      name: 'directory_user_keys_unique_key',
      properties: ['organizationId', 'directoryId', 'attribute', 'key'],
      where: 'is_unique',
    },
  ],
});
