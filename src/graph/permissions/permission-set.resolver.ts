import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { requireReader } from '../../domain/actors/actor.ts';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import type { PermissionSetOrderField } from '../../domain/permissions/permission-sets.store.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { answerMutation } from '../payload.ts';
import { PermissionType } from './permission.type.ts';
import {
  CreatePermissionSetInput,
  DeletePermissionSetInput,
  PermissionSetFilterInput,
  PermissionSetPageArgs,
  UpdatePermissionSetInput,
} from './permission-set.inputs.ts';
import { permissionSetsById } from './permission-set.loader.ts';
import {
  CreatePermissionSetPayload,
  DeletePermissionSetPayload,
  UpdatePermissionSetPayload,
} from './permission-set.payloads.ts';
import { PermissionSetConnection, PermissionSetType } from './permission-set.type.ts';

@Resolver()
export class PermissionSetResolver {
  @Query(() => [PermissionType], {
    description: 'Every permission there is: the catalogue of the product and `rollcall:*`.',
  })
  async permissions(@Ctx() { domain, actor }: GraphContext) {
    requireReader(await actor());
    return domain.catalogue.permissions;
  }

  @Query(() => PermissionSetType, { nullable: true, description: 'One permission set; null for an unknown id.' })
  permissionSet(
    @Arg('id', () => ID, { description: 'The permission set.' }) id: string,
    @Ctx() { load }: GraphContext,
  ) {
    return load(permissionSetsById, id);
  }

  @Query(() => PermissionSetConnection, {
    description: 'The permission sets; without an order, the built-in ones come first.',
  })
  async permissionSets(
    @Args(() => PermissionSetPageArgs) args: OrderedPageRequest<PermissionSetOrderField>,
    @Arg('filter', () => PermissionSetFilterInput, { nullable: true, description: 'Which sets; without it, all.' })
    filter: PermissionSetFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.permissionSets.list(who, page, filter ?? {}));
  }

  @Mutation(() => CreatePermissionSetPayload, {
    description: 'Makes a permission set. Needs `rollcall:permission-sets`.',
  })
  createPermissionSet(
    @Arg('input', () => CreatePermissionSetInput, { description: 'The set.' }) input: CreatePermissionSetInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      permissionSet: await domain.permissionSets.create(await actor(), input),
    }));
  }

  @Mutation(() => UpdatePermissionSetPayload, {
    description:
      'Changes a permission set. Needs `rollcall:permission-sets`, and a fresh sign-in where somebody, or an API key, gains something sensitive.',
  })
  updatePermissionSet(
    @Arg('input', () => UpdatePermissionSetInput, { description: 'The changes.' }) input: UpdatePermissionSetInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      permissionSet: await domain.permissionSets.update(await actor(), input.id, input),
    }));
  }

  @Mutation(() => DeletePermissionSetPayload, {
    description: 'Deletes a permission set that nobody uses. Needs `rollcall:permission-sets`.',
  })
  deletePermissionSet(
    @Arg('input', () => DeletePermissionSetInput, { description: 'Which one.' }) input: DeletePermissionSetInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => {
      await domain.permissionSets.delete(await actor(), input.id);
      return { deletedId: input.id };
    });
  }
}
