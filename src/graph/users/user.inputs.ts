import { Field, ID, InputType, Int } from 'type-graphql';

@InputType({ description: 'Which users to list; what is absent does not narrow the list.' })
export class UserFilterInput {
  @Field(() => String, { nullable: true, description: 'The beginning of the userName or e-mail address, in any case.' })
  search?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'True for active users only, false for inactive ones only.' })
  active?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True for active users without any permission, false for those with some.',
  })
  withoutAccess?: boolean | null;
}

@InputType({ description: 'A user to make by hand.' })
export class CreateUserInput {
  @Field(() => String, { description: 'The name they are known by.' })
  userName: string;

  @Field(() => String, { nullable: true, description: 'The name to show.' })
  displayName?: string | null;

  @Field(() => String, { nullable: true, description: 'The work e-mail address.' })
  email?: string | null;
}

@InputType({ description: 'Changes of a user. Absent fields are left as they are; null clears.' })
export class UpdateUserInput {
  @Field(() => ID, { description: 'The user.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'The new userName; it cannot be cleared.' })
  userName?: string | null;

  @Field(() => String, { nullable: true, description: 'The new name to show; null clears it.' })
  displayName?: string | null;

  @Field(() => String, { nullable: true, description: 'The new work e-mail address; null clears it.' })
  email?: string | null;

  @Field(() => Int, { nullable: true, description: 'Only while the user has this version, else VERSION_CONFLICT.' })
  ifVersion?: number | null;
}

@InputType({ description: 'A user to block.' })
export class BlockUserInput {
  @Field(() => ID, { description: 'The user.' })
  id: string;
}

@InputType({ description: 'A user to unblock.' })
export class UnblockUserInput {
  @Field(() => ID, { description: 'The user.' })
  id: string;
}

@InputType({ description: 'A user to remove.' })
export class RemoveUserInput {
  @Field(() => ID, { description: 'The user.' })
  id: string;
}
