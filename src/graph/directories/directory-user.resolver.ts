import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Mutation, Query, Resolver } from 'type-graphql';
import { GraphContext } from '../context.ts';
import { DeletePayload } from '../delete.payload.ts';
import { answerMutation } from '../payload.ts';
import { selects } from '../selection.ts';
import {
  CreateDirectoryUserInput,
  DeleteDirectoryUserInput,
  ReplaceDirectoryUserInput,
} from './directory-user.inputs.ts';
import { DirectoryUserPayload } from './directory-user.payloads.ts';
import { DirectoryUserType } from './directory-user.type.ts';

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
      const written = await domain.directoryUsers.replace(who, call, { ...input, withGroups });
      const isWhole = !withGroups || written.groups !== undefined;
      return { directoryUser: isWhole ? written : await domain.directoryUsers.find(who, { ...input, withGroups }) };
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
