import { Field, ObjectType } from 'type-graphql';
import type { MemberSource } from '../../domain/groups/effective-members.ts';
import { ActorType } from '../api-keys/actor.type.ts';
import { connectionType } from '../connection.ts';
import { DateTimeScalar } from '../scalars.ts';
import { UserType } from '../users/user.type.ts';
import { MemberSourceEnum } from './group.type.ts';

@ObjectType('GroupMember', { simpleResolvers: true, description: 'An active user who is in a group, and how.' })
export class GroupMemberType {
  @Field(() => UserType, { description: 'The user.' })
  user: UserType;

  @Field(() => MemberSourceEnum, { description: 'How the user is in the group.' })
  source: MemberSource;

  @Field(() => ActorType, {
    nullable: true,
    description: 'Who put the user there by hand; null for members through a directory alone.',
  })
  addedBy: ActorType | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the user was put there by hand; null for members through a directory alone.',
  })
  addedAt: Date | null;
}

export const GroupMemberConnection = connectionType('GroupMember', () => GroupMemberType);
