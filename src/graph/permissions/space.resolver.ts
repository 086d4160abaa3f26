import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import type { SpaceOrderField } from '../../domain/permissions/spaces.store.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { spacesById } from '../node.loader.ts';
import { answerMutation } from '../payload.ts';
import {
  CreateSpaceInput,
  DeleteSpaceInput,
  SpaceFilterInput,
  SpacePageArgs,
  UpdateSpaceInput,
} from './space.inputs.ts';
import { CreateSpacePayload, DeleteSpacePayload, UpdateSpacePayload } from './space.payloads.ts';
import { SpaceConnection, SpaceType } from './space.type.ts';

@Resolver()
export class SpaceResolver {
  @Query(() => SpaceType, { nullable: true, description: 'One space; null for an unknown id.' })
  space(@Arg('id', () => ID, { description: 'The space.' }) id: string, @Ctx() { load }: GraphContext) {
    return load(spacesById, id);
  }

  @Query(() => SpaceConnection, { description: 'The spaces.' })
  async spaces(
    @Args(() => SpacePageArgs) args: OrderedPageRequest<SpaceOrderField>,
    @Arg('filter', () => SpaceFilterInput, { nullable: true, description: 'Which spaces; without it, all.' })
    filter: SpaceFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.spaces.list(who, page, filter ?? {}));
  }

  @Mutation(() => CreateSpacePayload, { description: 'Makes a space. Needs `rollcall:grants`.' })
  createSpace(
    @Arg('input', () => CreateSpaceInput, { description: 'The space.' }) input: CreateSpaceInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ space: await domain.spaces.create(await actor(), input) }));
  }

  @Mutation(() => UpdateSpacePayload, {
    description:
      'Changes a space. Needs `rollcall:grants`; for another external id all that is granted on the space, and a fresh sign-in where that is sensitive.',
  })
  updateSpace(
    @Arg('input', () => UpdateSpaceInput, { description: 'The changes.' }) input: UpdateSpaceInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ space: await domain.spaces.update(await actor(), input.id, input) }));
  }

  @Mutation(() => DeleteSpacePayload, {
    description: 'Deletes a space that there are no grants on. Needs `rollcall:grants`.',
  })
  deleteSpace(
    @Arg('input', () => DeleteSpaceInput, { description: 'Which one.' }) input: DeleteSpaceInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => {
      await domain.spaces.delete(await actor(), input.id);
      return { deletedId: input.id };
    });
  }
}
