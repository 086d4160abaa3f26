import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { BuiltInSet } from '../../domain/permissions/permission-set.entity.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar } from '../scalars.ts';

export const BuiltInSetEnum = graphEnum<BuiltInSet>('BuiltInSet', 'The permission sets that every organization has.', {
  owner: 'Everything, the organization itself included.',
  admin: 'Everything but the organization itself.',
  reader: 'What the product lets every reader do.',
});

@ObjectType('PermissionSet', {
  simpleResolvers: true,
  implements: NodeType,
  description: 'A named list of permissions that is granted as a whole.',
})
export class PermissionSetType {
  @Field(() => ID, { description: 'The id of the permission set.' })
  id: string;

  @Field(() => String, { description: 'Its name, unique in the organization.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description: string | null;

  @Field(() => BuiltInSetEnum, {
    nullable: true,
    description: 'Which built-in set it is, which cannot be changed; null for one of your own.',
  })
  builtIn: BuiltInSet | null;

  @Field(() => [String], { description: 'The permissions that it holds, in alphabetical order.' })
  permissions: string[];

  @Field(() => Int, {
    description: 'Rises with every change; give it as `ifVersion` to change only what you have seen.',
  })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt: Date;
}

export const PermissionSetConnection = connectionType('PermissionSet', () => PermissionSetType);
