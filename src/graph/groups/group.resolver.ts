import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { GroupMemberOrderField, GroupOrderField } from '../../domain/groups/group-list.store.ts';
import type { GroupRow } from '../../domain/groups/groups.store.ts';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import type { GrantOrderField } from '../../domain/permissions/grants.store.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { linksOfGroups } from '../links/link.loader.ts';
import { LinkType } from '../links/link.type.ts';
import { answerMutation } from '../payload.ts';
import { GrantPageArgs } from '../permissions/grant.inputs.ts';
import { GrantConnection } from '../permissions/grant.type.ts';
import {
  AddGroupMembersInput,
  CreateGroupInput,
  DeleteGroupInput,
  GroupFilterInput,
  GroupMemberFilterInput,
  GroupMemberPageArgs,
  GroupPageArgs,
  RemoveGroupMembersInput,
  UpdateGroupInput,
} from './group.inputs.ts';
import { grantsOfGroups, groupsById, membersOfGroups } from './group.loader.ts';
import {
  AddGroupMembersPayload,
  CreateGroupPayload,
  DeleteGroupPayload,
  RemoveGroupMembersPayload,
  UpdateGroupPayload,
} from './group.payloads.ts';
import { GroupConnection, GroupType } from './group.type.ts';
import { GroupMemberConnection } from './group-member.type.ts';

@Resolver(() => GroupType)
export class GroupResolver {
  @Query(() => GroupType, { nullable: true, description: 'One group; null for an unknown id.' })
  group(@Arg('id', () => ID, { description: 'The group.' }) id: string, @Ctx() { load }: GraphContext) {
    return load(groupsById, id);
  }

  @Query(() => GroupConnection, { description: 'The groups of the organization.' })
  async groups(
    @Args(() => GroupPageArgs) args: OrderedPageRequest<GroupOrderField>,
    @Arg('filter', () => GroupFilterInput, { nullable: true, description: 'Which groups; without it, all.' })
    filter: GroupFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.groups.list(who, page, filter ?? {}));
  }

  @Mutation(() => CreateGroupPayload, { description: 'Makes a group, without permissions. Needs `rollcall:groups`.' })
  createGroup(
    @Arg('input', () => CreateGroupInput, { description: 'The group.' }) input: CreateGroupInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ group: await domain.groups.create(await actor(), input) }));
  }

  @Mutation(() => UpdateGroupPayload, { description: 'Changes a group. Needs `rollcall:groups`.' })
  updateGroup(
    @Arg('input', () => UpdateGroupInput, { description: 'The changes.' }) input: UpdateGroupInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ group: await domain.groups.update(await actor(), input.id, input) }));
  }

  @Mutation(() => DeleteGroupPayload, {
    description:
      'Deletes a group with its members and grants, unless a directory group fills it. Needs `rollcall:groups`.',
  })
  deleteGroup(
    @Arg('input', () => DeleteGroupInput, { description: 'Which one.' }) input: DeleteGroupInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => {
      await domain.groups.delete(await actor(), input.id);
      return { deletedId: input.id };
    });
  }

  @Mutation(() => AddGroupMembersPayload, {
    description:
      'Puts users into a group by hand. Needs `rollcall:groups` and all that the group grants, and a fresh sign-in where that is sensitive.',
  })
  addGroupMembers(
    @Arg('input', () => AddGroupMembersInput, { description: 'Whom and where.' }) input: AddGroupMembersInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const { groupId, userIds } = input;
    return answerMutation(input, async () => ({
      group: await domain.groups.addMembers(await actor(), groupId, userIds),
    }));
  }

  @Mutation(() => RemoveGroupMembersPayload, {
    description: 'Takes manual members out of a group. Needs `rollcall:groups`.',
  })
  removeGroupMembers(
    @Arg('input', () => RemoveGroupMembersInput, { description: 'Whom and where.' }) input: RemoveGroupMembersInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const { groupId, userIds } = input;
    return answerMutation(input, async () => ({
      group: await domain.groups.removeMembers(await actor(), groupId, userIds),
    }));
  }

  @FieldResolver(() => GroupMemberConnection, {
    description: 'Who is in the group: active users, by hand or through a linked directory group.',
  })
  async members(
    @Root() group: GroupRow,
    @Args(() => GroupMemberPageArgs) args: OrderedPageRequest<GroupMemberOrderField>,
    @Arg('filter', () => GroupMemberFilterInput, { nullable: true, description: 'Which members; without it, all.' })
    filter: GroupMemberFilterInput | undefined,
    @Ctx() { loadWith }: GraphContext,
  ) {
    return readConnection(args, async (page) => {
      const members = await loadWith(membersOfGroups, group.id, { page, filter: filter ?? {} });
      const items = members.items.map(({ source, addedBy, addedAt, ...user }) => {
        return { id: user.id, user, source, addedBy, addedAt };
      });
      return { ...members, items };
    });
  }

  @FieldResolver(() => GrantConnection, { description: 'The permission sets that the group gives its members.' })
  async grants(
    @Root() group: GroupRow,
    @Args(() => GrantPageArgs) args: OrderedPageRequest<GrantOrderField>,
    @Ctx() { loadWith }: GraphContext,
  ) {
    return readConnection(args, (page) => loadWith(grantsOfGroups, group.id, page));
  }

  @FieldResolver(() => [LinkType], { description: 'What joins the group to groups of directories, in every state.' })
  links(@Root() group: GroupRow, @Ctx() { load }: GraphContext) {
    return load(linksOfGroups, group.id);
  }
}
