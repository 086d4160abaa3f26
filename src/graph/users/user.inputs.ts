import { Field, ID, InputType, Int } from 'type-graphql';
import type { LinkState } from '../../domain/links/link.entity.ts';
import type { UserOrderField } from '../../domain/users/user-list.store.ts';
import { orderedPageArgs } from '../connection.ts';
import { LinkStateEnum } from '../links/link.type.ts';

export const UserPageArgs = orderedPageArgs<UserOrderField>('User', {
  createdAt: 'When the user was made.',
  userName: 'The userName, whatever its case; users whose name went to somebody else come last.',
});

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

  @Field(() => Boolean, { nullable: true, description: 'True for blocked users only, false for those who are not.' })
  isBlocked?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True for users who need no directory to be active, false for all others.',
  })
  isManual?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True for removed users only, who are left out otherwise.',
  })
  isRemoved?: boolean | null;

  @Field(() => ID, { nullable: true, description: 'Members of this group, by hand or through a directory.' })
  groupId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Users with a link to a record of this directory, in any state but `SUPERSEDED`, or in one of `linkStates`.',
  })
  directoryId?: string | null;

  @Field(() => [LinkStateEnum], { nullable: true, description: 'Users with a link in one of these states.' })
  linkStates?: LinkState[] | null;
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

@InputType({ description: 'An inactive user to keep.' })
export class KeepUserInput {
  @Field(() => ID, { description: 'The user.' })
  id: string;
}
