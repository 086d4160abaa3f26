import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'Which grants to list; what is absent does not narrow the list.' })
export class GrantFilterInput {
  @Field(() => ID, { nullable: true, description: 'Those to this group.' })
  groupId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those to this user directly.' })
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those of this permission set.' })
  permissionSetId?: string | null;
}

@InputType({ description: 'A permission set to give to a group or to a user: exactly one of the two.' })
export class GrantPermissionSetInput {
  @Field(() => ID, { description: 'The permission set, of no more than your own permissions.' })
  permissionSetId: string;

  @Field(() => ID, { nullable: true, description: 'The group that gets it.' })
  groupId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The user who gets it.' })
  userId?: string | null;
}

@InputType({ description: 'A grant to take away.' })
export class RevokeGrantInput {
  @Field(() => ID, { description: 'The grant.' })
  id: string;
}
