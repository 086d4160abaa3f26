import { Field, ObjectType } from 'type-graphql';
import type { MemberSource } from '../../domain/groups/effective-members.ts';
import { connectionType } from '../connection.ts';
import { UserType } from '../users/user.type.ts';
import { MemberSourceEnum } from './group.type.ts';

@ObjectType('GroupMember', { simpleResolvers: true, description: 'An active user who is in a group, and how.' })
export class GroupMemberType {
  @Field(() => UserType, { description: 'The user.' })
  user: UserType;

  @Field(() => MemberSourceEnum, { description: 'How the user is in the group.' })
  source: MemberSource;
}

export const GroupMemberConnection = connectionType('GroupMember', () => GroupMemberType);
