import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { GraphContext } from '../context.ts';
import { AccessQuestionInput } from './access.inputs.ts';
import { AccessExplanationType } from './access.type.ts';

@Resolver()
export class AccessResolver {
  @Query(() => Boolean, {
    description:
      'Whether a user may do what the permission names; no for an inactive user and for a permission that is not in the catalogue.',
  })
  async check(
    @Arg('userId', () => ID, { description: 'The user.' }) userId: string,
    @Arg('permission', () => String, { description: 'The permission, such as `screens:publish`.' }) permission: string,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return domain.access.check(await actor(), { userId, permission });
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
    @Arg('permission', () => String, { description: 'The permission, such as `screens:publish`.' }) permission: string,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return domain.access.explain(await actor(), { userId, permission });
  }
}
