import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { GraphContext } from '../context.ts';
import { answerMutation } from '../payload.ts';
import { UpdateOrganizationInput } from './organization.inputs.ts';
import { UpdateOrganizationPayload } from './organization.payloads.ts';
import { OrganizationType } from './organization.type.ts';

@Resolver()
export class OrganizationResolver {
  @Query(() => OrganizationType, { description: 'The organization of the API key that asks.' })
  async organization(@Ctx() { domain, actor }: GraphContext) {
    return domain.organizations.get(await actor());
  }

  @Mutation(() => UpdateOrganizationPayload, {
    description: 'Changes the organization. Needs `rollcall:organization`.',
  })
  updateOrganization(
    @Arg('input', () => UpdateOrganizationInput, { description: 'The changes.' }) input: UpdateOrganizationInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      organization: await domain.organizations.update(await actor(), input),
    }));
  }
}
