import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { DirectoryFilter } from '../../domain/directories/directory-filter.ts';
import type { DirectoryGroupRow } from '../../domain/directories/directory-groups.store.ts';
import { GraphContext } from '../context.ts';
import { DeletePayload } from '../delete.payload.ts';
import { answerMutation } from '../payload.ts';
import { JSONScalar } from '../scalars.ts';
import { selects } from '../selection.ts';
import { DirectoryFilterInput } from './directory-filter.inputs.ts';
import {
  ChangeDirectoryGroupInput,
  CreateDirectoryGroupInput,
  DeleteDirectoryGroupInput,
} from './directory-group.inputs.ts';
import { DirectoryGroupPayload } from './directory-group.payloads.ts';
import { DirectoryGroupListType, DirectoryGroupType } from './directory-group.type.ts';

@Resolver(() => DirectoryGroupType)
export class DirectoryGroupResolver {
  @Query(() => DirectoryGroupType, { nullable: true, description: 'One group of a directory; null for an unknown id.' })
  async directoryGroup(
    @Arg('directoryId', () => ID, { description: 'The directory.' }) directoryId: string,
    @Arg('id', () => ID, { description: 'The directory group.' }) id: string,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return domain.directoryGroups.find(await actor(), { directoryId, id });
  }

  @Query(() => DirectoryGroupListType, { description: 'The groups of a directory that match, as SCIM lists them.' })
  async directoryGroups(
    @Arg('directoryId', () => ID, { description: 'The directory.' }) directoryId: string,
    @Arg('filter', () => DirectoryFilterInput, { nullable: true, description: 'Which groups; without it, all.' })
    filter: DirectoryFilter | undefined,
    @Arg('startIndex', () => Int, { defaultValue: 1, description: 'Where the window begins, counted from 1.' })
    startIndex: number,
    @Arg('count', () => Int, { defaultValue: 100, description: 'The size of the window, at most 1,000.' })
    count: number,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return domain.directoryLists.groups(await actor(), { directoryId, filter: filter ?? null, startIndex, count });
  }

  @Mutation(() => DirectoryGroupPayload, {
    description: 'Creates a directory group and links it to the group of the same name, or to a new one.',
  })
  createDirectoryGroup(
    @Arg('input', () => CreateDirectoryGroupInput, { description: 'The group.' }) input: CreateDirectoryGroupInput,
    @Ctx() { domain, actor, call }: GraphContext,
  ) {
    const { directoryId, resource, memberIds } = input;
    return answerMutation(input, async () => ({
      directoryGroup: await domain.directoryGroups.create(await actor(), call, {
        directoryId,
        resource,
        memberIds: memberIds ?? [],
      }),
    }));
  }

  @Mutation(() => DirectoryGroupPayload, { description: 'Changes the names and the members of a directory group.' })
  changeDirectoryGroup(
    @Arg('input', () => ChangeDirectoryGroupInput, { description: 'The changes.' }) input: ChangeDirectoryGroupInput,
    @Ctx() { domain, actor, call }: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return answerMutation(input, async () => {
      const who = await actor();
      await domain.directoryGroups.change(who, call, input);
      return selects(info, 'directoryGroup') ? { directoryGroup: await domain.directoryGroups.find(who, input) } : {};
    });
  }

  @Mutation(() => DeletePayload, {
    description: 'Deletes a directory group; the group goes with it only where the product added nothing to it.',
  })
  deleteDirectoryGroup(
    @Arg('input', () => DeleteDirectoryGroupInput, { description: 'Which one.' }) input: DeleteDirectoryGroupInput,
    @Ctx() { domain, actor, call }: GraphContext,
  ) {
    return answerMutation(input, async () => {
      await domain.directoryGroups.delete(await actor(), call, input);
      return { deletedId: input.id };
    });
  }

  @FieldResolver(() => JSONScalar, {
    description: 'All direct members as `[{ value, display }]`, in the order of their ids; read only when selected.',
  })
  async members(@Root() group: DirectoryGroupRow, @Ctx() { domain, actor }: GraphContext) {
    return domain.directoryGroups.listMembers(await actor(), group);
  }
}
