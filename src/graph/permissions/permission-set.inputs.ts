import { Field, ID, InputType, Int } from 'type-graphql';
import type { PermissionSetOrderField } from '../../domain/permissions/permission-sets.store.ts';
import { orderedPageArgs } from '../connection.ts';

export const PermissionSetPageArgs = orderedPageArgs<PermissionSetOrderField>('PermissionSet', {
  createdAt: 'When the set was made; the built-in ones are the oldest.',
  name: 'The name, compared as names are.',
});

@InputType({ description: 'Which permission sets to list; what is absent does not narrow the list.' })
export class PermissionSetFilterInput {
  @Field(() => String, { nullable: true, description: 'The beginning of the name, compared as names are.' })
  search?: string | null;

  @Field(() => Boolean, { nullable: true, description: "True for built-in sets, false for the organization's own." })
  isBuiltIn?: boolean | null;
}

@InputType({ description: 'A permission set to make.' })
export class CreatePermissionSetInput {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description?: string | null;

  @Field(() => [String], { description: 'The permissions that it holds, of those that you hold yourself.' })
  permissions: string[];
}

@InputType({ description: 'Changes of a permission set. Absent fields are left as they are; null clears.' })
export class UpdatePermissionSetInput {
  @Field(() => ID, { description: 'The permission set.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'The new name; it cannot be cleared.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The new description; null clears it.' })
  description?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'All that it shall hold; not together with `addPermissions` and `removePermissions`.',
  })
  permissions?: string[];

  @Field(() => [String], { nullable: true, description: 'Permissions that come in, of those that you hold yourself.' })
  addPermissions?: string[];

  @Field(() => [String], { nullable: true, description: 'Permissions that go out.' })
  removePermissions?: string[];

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: yes, something sensitive may come in although a group that a directory fills has the set, so that the identity provider decides who gets it. Without it the answer is CONFIRMATION_REQUIRED.',
  })
  confirmsDirectoryMembership?: boolean | null;

  @Field(() => Int, { nullable: true, description: 'Only while the set has this version, else VERSION_CONFLICT.' })
  ifVersion?: number | null;
}

@InputType({ description: 'A permission set to delete.' })
export class DeletePermissionSetInput {
  @Field(() => ID, { description: 'The permission set.' })
  id: string;
}
