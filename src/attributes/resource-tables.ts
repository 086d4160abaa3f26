import type { ResourceTable } from './attribute.ts';
import { enterpriseUserSchema } from './enterprise-user.ts';
import { groupSchema } from './group.ts';
import { userSchema } from './user.ts';

export const userTable: ResourceTable = {
  resourceType: 'User',
  endpoint: '/Users',
  schema: userSchema,
  extensions: [enterpriseUserSchema],
};

export const groupTable: ResourceTable = {
  resourceType: 'Group',
  endpoint: '/Groups',
  schema: groupSchema,
  extensions: [],
};
