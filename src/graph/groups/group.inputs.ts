import { Field, ID, InputType, Int } from 'type-graphql';
import type { MemberSource } from '../../domain/groups/effective-members.ts';
import type { GroupMemberOrderField, GroupOrderField } from '../../domain/groups/group-list.store.ts';
import { orderedPageArgs } from '../connection.ts';
import { MemberSourceEnum } from './group.type.ts';

export const GroupPageArgs = orderedPageArgs<GroupOrderField>('Group', {
  createdAt: 'When the group was made.',
  name: 'The name, compared as names are.',
});

export const GroupMemberPageArgs = orderedPageArgs<GroupMemberOrderField>('GroupMember', {
  createdAt: 'When the user was made.',
  userName: 'The userName, whatever its case.',
});

@InputType({ description: 'Which groups to list.' })
export class GroupFilterInput {
  @Field(() => String, { nullable: true, description: 'The beginning of the name, compared as names are.' })
  search?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'True for groups that a directory group fills now.' })
  isLinked?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True for groups that grant owner, admin or a sensitive permission.',
  })
  isProtected?: boolean | null;

  @Field(() => ID, { nullable: true, description: 'Groups that were made by a push of this directory.' })
  createdByDirectoryId?: string | null;
}

@InputType({ description: 'Which members of a group to list; what is absent does not narrow the list.' })
export class GroupMemberFilterInput {
  @Field(() => String, { nullable: true, description: 'The beginning of the userName or e-mail address, in any case.' })
  search?: string | null;

  @Field(() => [MemberSourceEnum], { nullable: true, description: 'Those who are in the group in one of these ways.' })
  sources?: MemberSource[] | null;
}

@InputType({ description: 'A group to make.' })
export class CreateGroupInput {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description?: string | null;
}

@InputType({ description: 'Changes of a group. Absent fields are left as they are; null clears.' })
export class UpdateGroupInput {
  @Field(() => ID, { description: 'The group.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'The new name; it cannot be cleared.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The new description; null clears it.' })
  description?: string | null;

  @Field(() => Int, { nullable: true, description: 'Only while the group has this version, else VERSION_CONFLICT.' })
  ifVersion?: number | null;
}

@InputType({ description: 'A group to delete.' })
export class DeleteGroupInput {
  @Field(() => ID, { description: 'The group.' })
  id: string;
}

@InputType({ description: 'Users to put into a group.' })
export class AddGroupMembersInput {
  @Field(() => ID, { description: 'The group.' })
  groupId: string;

  @Field(() => [ID], { description: 'The users, at most 1,000; who is a member already stays one.' })
  userIds: string[];
}

@InputType({ description: 'Manual members to take out of a group.' })
export class RemoveGroupMembersInput {
  @Field(() => ID, { description: 'The group.' })
  groupId: string;

  @Field(() => [ID], { description: 'The users, at most 1,000; who is no manual member is passed over.' })
  userIds: string[];
}
