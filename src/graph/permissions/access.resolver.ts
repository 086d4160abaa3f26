import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import type { UserOrderField } from '../../domain/users/user-list.store.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { UserPageArgs } from '../users/user.inputs.ts';
import { UserConnection } from '../users/user.type.ts';
import { AccessQuestionInput } from './access.inputs.ts';
import { AccessExplanationType } from './access.type.ts';

const permissionArgument = { description: 'The permission, such as `screens:publish`.' };
const spaceArgument = {
  nullable: true,
  description: 'In which space; absent asks for the whole organization, whose grants count in every space.',
};

@Resolver()
export class AccessResolver {
  @Query(() => Boolean, {
    description:
      'Whether a user may do what the permission names; no for an inactive user and for a permission that is not in the catalogue.',
  })
  async check(
    @Arg('userId', () => ID, { description: 'The user.' }) userId: string,
    @Arg('permission', () => String, permissionArgument) permission: string,
    @Arg('spaceId', () => ID, spaceArgument) spaceId: string | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return domain.access.check(await actor(), { userId, permission, spaceId });
  }

  @Query(() => [Boolean], { description: 'Many checks at once, answered in their order; at most 1,000.' })
  async checkMany(
    @Arg('questions', () => [AccessQuestionInput], { description: 'The checks.' }) questions: AccessQuestionInput[],
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return domain.access.checkMany(await actor(), questions);
  }

  @Query(() => AccessExplanationType, { description: 'Every way on which a permission reaches a user.' })
  async explain(
    @Arg('userId', () => ID, { description: 'The user.' }) userId: string,
    @Arg('permission', () => String, permissionArgument) permission: string,
    @Arg('spaceId', () => ID, spaceArgument) spaceId: string | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return domain.access.explain(await actor(), { userId, permission, spaceId });
  }

  @Query(() => UserConnection, { description: 'The active users who may do what the permission names.' })
  async whoHas(
    @Args(() => UserPageArgs) args: OrderedPageRequest<UserOrderField>,
    @Arg('permission', () => String, permissionArgument) permission: string,
    @Arg('spaceId', () => ID, spaceArgument) spaceId: string | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.access.whoHas(who, { permission, spaceId }, page));
  }
}
