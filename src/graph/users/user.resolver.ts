import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import type { UserOrderField } from '../../domain/users/user-list.store.ts';
import type { UserRow } from '../../domain/users/users.store.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { GroupMembershipType } from '../groups/group.type.ts';
import { linksOfUsers } from '../links/link.loader.ts';
import { LinkType } from '../links/link.type.ts';
import { answerMutation } from '../payload.ts';
import {
  BlockUserInput,
  CreateUserInput,
  KeepUserInput,
  RemoveUserInput,
  UnblockUserInput,
  UpdateUserInput,
  UserFilterInput,
  UserPageArgs,
} from './user.inputs.ts';
import { effectivePermissionsOfUsers, groupsOfUsers, usersById } from './user.loader.ts';
import {
  BlockUserPayload,
  CreateUserPayload,
  KeepUserPayload,
  RemoveUserPayload,
  UnblockUserPayload,
  UpdateUserPayload,
} from './user.payloads.ts';
import { UserConnection, UserType } from './user.type.ts';

@Resolver(() => UserType)
export class UserResolver {
  @Query(() => UserType, { nullable: true, description: 'One user, also a removed one; null for an unknown id.' })
  user(@Arg('id', () => ID, { description: 'The user.' }) id: string, @Ctx() { load }: GraphContext) {
    return load(usersById, id);
  }

  @Query(() => UserConnection, { description: 'The users, without removed ones unless the filter asks for them.' })
  async users(
    @Args(() => UserPageArgs) args: OrderedPageRequest<UserOrderField>,
    @Arg('filter', () => UserFilterInput, { nullable: true, description: 'Which users; without it, all.' })
    filter: UserFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.users.list(who, page, filter ?? {}));
  }

  @Mutation(() => CreateUserPayload, {
    description: 'Makes a user by hand, active without any directory. Needs `rollcall:users`.',
  })
  createUser(
    @Arg('input', () => CreateUserInput, { description: 'The user.' }) input: CreateUserInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ user: await domain.users.create(await actor(), input) }));
  }

  @Mutation(() => UpdateUserPayload, {
    description:
      'Changes a user. Needs `rollcall:users`, and for the userName or e-mail of who holds something sensitive a fresh sign-in.',
  })
  updateUser(
    @Arg('input', () => UpdateUserInput, { description: 'The changes.' }) input: UpdateUserInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ user: await domain.users.update(await actor(), input.id, input) }));
  }

  @Mutation(() => BlockUserPayload, {
    description: "Ends a user's access whatever the directory says, until it is lifted. Needs `rollcall:users`.",
  })
  blockUser(
    @Arg('input', () => BlockUserInput, { description: 'Whom.' }) input: BlockUserInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ user: await domain.users.block(await actor(), input.id) }));
  }

  @Mutation(() => UnblockUserPayload, {
    description:
      "Lifts an admin's block. Needs `rollcall:users` and all that the user holds, and a fresh sign-in where that is sensitive.",
  })
  unblockUser(
    @Arg('input', () => UnblockUserInput, { description: 'Whom.' }) input: UnblockUserInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ user: await domain.users.unblock(await actor(), input.id) }));
  }

  @Mutation(() => RemoveUserPayload, {
    description:
      'Takes a user out of the organization: memberships and grants fall, the userName is free, links of directories end. The directories are told nothing. Needs `rollcall:users`.',
  })
  removeUser(
    @Arg('input', () => RemoveUserInput, { description: 'Whom.' }) input: RemoveUserInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ user: await domain.users.remove(await actor(), input.id) }));
  }

  @Mutation(() => KeepUserPayload, {
    description:
      'Keeps an inactive user by hand: manual and active again, whatever becomes of the records of directories. Needs `rollcall:users` and all that they hold, and a fresh sign-in where that is sensitive.',
  })
  keepUser(
    @Arg('input', () => KeepUserInput, { description: 'Whom.' }) input: KeepUserInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ user: await domain.users.keep(await actor(), input.id) }));
  }

  @FieldResolver(() => [GroupMembershipType], {
    description: 'The groups that the user is in, by hand or through a directory; none while they are inactive.',
  })
  async groups(@Root() user: UserRow, @Ctx() { load }: GraphContext) {
    const groups = await load(groupsOfUsers, user.id);
    return groups.map((group) => ({ group, source: group.source }));
  }

  @FieldResolver(() => [String], {
    description: 'All that the user may do, in alphabetical order; nothing while they are inactive.',
  })
  async effectivePermissions(
    @Root() user: UserRow,
    @Arg('spaceId', () => ID, {
      nullable: true,
      description: 'In which space; absent asks for the whole organization, whose grants count in every space.',
    })
    spaceId: string | null | undefined,
    @Ctx() { loadWith }: GraphContext,
  ) {
    return (await loadWith(effectivePermissionsOfUsers, user.id, { spaceId: spaceId ?? null })) ?? [];
  }

  @FieldResolver(() => [LinkType], { description: 'What joins the user to records of directories, in every state.' })
  links(@Root() user: UserRow, @Ctx() { load }: GraphContext) {
    return load(linksOfUsers, user.id);
  }
}
