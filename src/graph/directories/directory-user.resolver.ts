import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { DirectoryFilter } from '../../domain/directories/directory-filter.ts';
import { GraphContext } from '../context.ts';
import { DeletePayload } from '../delete.payload.ts';
import { answerMutation } from '../payload.ts';
import { selects } from '../selection.ts';
import { DirectoryFilterInput } from './directory-filter.inputs.ts';
import {
  CreateDirectoryUserInput,
  DeleteDirectoryUserInput,
  ReplaceDirectoryUserInput,
} from './directory-user.inputs.ts';
import { DirectoryUserPayload } from './directory-user.payloads.ts';
import { DirectoryUserListType, DirectoryUserType } from './directory-user.type.ts';

@Resolver(() => DirectoryUserType)
export class DirectoryUserResolver {
  @Query(() => DirectoryUserType, { nullable: true, description: 'One user of a directory; null for an unknown id.' })
  async directoryUser(
    @Arg('directoryId', () => ID, { description: 'The directory.' }) directoryId: string,
    @Arg('id', () => ID, { description: 'The directory user.' }) id: string,
    @Ctx() { domain, actor }: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return domain.directoryUsers.find(await actor(), { directoryId, id, withGroups: selects(info, 'groups') });
  }

  @Query(() => DirectoryUserListType, { description: 'The users of a directory that match, as SCIM lists them.' })
  async directoryUsers(
    @Arg('directoryId', () => ID, { description: 'The directory.' }) directoryId: string,
    @Arg('filter', () => DirectoryFilterInput, { nullable: true, description: 'Which users; without it, all.' })
    filter: DirectoryFilter | undefined,
    @Arg('startIndex', () => Int, { defaultValue: 1, description: 'Where the window begins, counted from 1.' })
    startIndex: number,
    @Arg('count', () => Int, { defaultValue: 100, description: 'The size of the window, at most 1,000.' })
    count: number,
    @Ctx() { domain, actor }: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const withGroups = selects(info, 'items', 'groups');
    return domain.directoryLists.users(await actor(), {
      directoryId,
      filter: filter ?? null,
      startIndex,
      count,
      withGroups,
    });
  }

  @Mutation(() => DirectoryUserPayload, {
    description:
      'Creates a directory user, or revives the inactive one of the same userName, and projects it to a user.',
  })
  createDirectoryUser(
    @Arg('input', () => CreateDirectoryUserInput, { description: 'The user.' }) input: CreateDirectoryUserInput,
    @Ctx() { domain, actor, call }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      directoryUser: await domain.directoryUsers.create(await actor(), call, input),
    }));
  }

  @Mutation(() => DirectoryUserPayload, { description: 'Writes a whole new document over a directory user.' })
  replaceDirectoryUser(
    @Arg('input', () => ReplaceDirectoryUserInput, { description: 'The new document.' })
    input: ReplaceDirectoryUserInput,
    @Ctx() { domain, actor, call }: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const withGroups = selects(info, 'directoryUser', 'groups');
    return answerMutation(input, async () => {
      const who = await actor();
      const written = await domain.directoryUsers.replace(who, call, input);
      return { directoryUser: withGroups ? await domain.directoryUsers.find(who, { ...input, withGroups }) : written };
    });
  }

  @Mutation(() => DeletePayload, { description: 'Deletes a directory user; the user stays, deactivated.' })
  deleteDirectoryUser(
    @Arg('input', () => DeleteDirectoryUserInput, { description: 'Which one.' }) input: DeleteDirectoryUserInput,
    @Ctx() { domain, actor, call }: GraphContext,
  ) {
    return answerMutation(input, async () => {
      await domain.directoryUsers.delete(await actor(), call, input);
      return { deletedId: input.id };
    });
  }
}
