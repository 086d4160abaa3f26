import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { DirectoryGroupRow } from '../../domain/directories/directory-groups.store.ts';
import { PAGE_SIZE_DEFAULT } from '../../domain/page.ts';
import { GraphContext } from '../context.ts';
import { DeletePayload } from '../delete.payload.ts';
import { answerMutation } from '../payload.ts';
import { JSONScalar } from '../scalars.ts';
import { selects } from '../selection.ts';
import {
  ChangeDirectoryGroupInput,
  CreateDirectoryGroupInput,
  DeleteDirectoryGroupInput,
} from './directory-group.inputs.ts';
import { membersOfDirectoryGroups } from './directory-group.loader.ts';
import { DirectoryGroupPayload } from './directory-group.payloads.ts';
import { DirectoryGroupType } from './directory-group.type.ts';

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

  @Mutation(() => DirectoryGroupPayload, {
    description: 'Creates a directory group and links it to the group of the same name, or to a new one.',
  })
  createDirectoryGroup(
    @Arg('input', () => CreateDirectoryGroupInput, { description: 'The group.' }) input: CreateDirectoryGroupInput,
    @Ctx() { domain, actor, call }: GraphContext,
  ) {
    const { directoryId, resource, memberIds, isStandard = null } = input;
    return answerMutation(input, async () => ({
      directoryGroup: await domain.directoryGroups.create(await actor(), call, {
        directoryId,
        resource,
        memberIds: memberIds ?? [],
        isStandard,
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
    description:
      'A page of the direct members as `[{ value, display }]`, in the order of their ids; after a full page there may be more.',
  })
  members(
    @Root() { id, directoryId }: DirectoryGroupRow,
    @Arg('first', () => Int, { defaultValue: PAGE_SIZE_DEFAULT, description: 'How many, at most 5,000.' })
    first: number,
    @Arg('after', () => ID, { nullable: true, description: 'The `value` of the last member of the page before.' })
    after: string | undefined,
    @Ctx() { loadWith }: GraphContext,
  ) {
    return loadWith(membersOfDirectoryGroups, id, { directoryId, first, after });
  }
}
