import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import type { GrantOrderField, GrantRow } from '../../domain/permissions/grants.store.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { groupsById } from '../groups/group.loader.ts';
import { GroupType } from '../groups/group.type.ts';
import { spacesById } from '../node.loader.ts';
import { answerMutation } from '../payload.ts';
import { usersById } from '../users/user.loader.ts';
import { UserType } from '../users/user.type.ts';
import { GrantFilterInput, GrantPageArgs, GrantPermissionSetInput, RevokeGrantInput } from './grant.inputs.ts';
import { GrantPermissionSetPayload, RevokeGrantPayload } from './grant.payloads.ts';
import { GrantConnection, GrantType } from './grant.type.ts';
import { permissionSetsById } from './permission-set.loader.ts';
import { PermissionSetType } from './permission-set.type.ts';
import { SpaceType } from './space.type.ts';

@Resolver(() => GrantType)
export class GrantResolver {
  @Query(() => GrantConnection, { description: 'The grants.' })
  async grants(
    @Args(() => GrantPageArgs) args: OrderedPageRequest<GrantOrderField>,
    @Arg('filter', () => GrantFilterInput, { nullable: true, description: 'Which grants; without it, all.' })
    filter: GrantFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.grants.list(who, page, filter ?? {}));
  }

  @Mutation(() => GrantPermissionSetPayload, {
    description:
      'Gives a permission set to a group or a user. Needs `rollcall:grants` and all that the set holds, and a fresh sign-in where that is sensitive.',
  })
  grantPermissionSet(
    @Arg('input', () => GrantPermissionSetInput, { description: 'What and to whom.' }) input: GrantPermissionSetInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ grant: await domain.grants.grant(await actor(), input) }));
  }

  @Mutation(() => RevokeGrantPayload, {
    description: 'Takes a grant away. Needs `rollcall:grants`; for a grant of owner `rollcall:organization`.',
  })
  revokeGrant(
    @Arg('input', () => RevokeGrantInput, { description: 'Which one.' }) input: RevokeGrantInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ grant: await domain.grants.revoke(await actor(), input.id) }));
  }

  @FieldResolver(() => PermissionSetType, { description: 'What is given.' })
  permissionSet(@Root() grant: GrantRow, @Ctx() { load }: GraphContext) {
    return load(permissionSetsById, grant.permissionSetId);
  }

  @FieldResolver(() => GroupType, { nullable: true, description: 'The group it is given to; null when it is a user.' })
  group(@Root() grant: GrantRow, @Ctx() { load }: GraphContext) {
    return grant.groupId === null ? null : load(groupsById, grant.groupId);
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'The user it is given to; null when it is a group.' })
  user(@Root() grant: GrantRow, @Ctx() { load }: GraphContext) {
    return grant.userId === null ? null : load(usersById, grant.userId);
  }

  @FieldResolver(() => SpaceType, { nullable: true, description: 'The space; null for the whole organization.' })
  space(@Root() grant: GrantRow, @Ctx() { load }: GraphContext) {
    return grant.spaceId === null ? null : load(spacesById, grant.spaceId);
  }
}
