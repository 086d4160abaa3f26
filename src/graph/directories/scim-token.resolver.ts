import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { GraphContext } from '../context.ts';
import { answerMutation } from '../payload.ts';
import { CreateScimTokenInput, RevokeScimTokenInput } from './scim-token.inputs.ts';
import { CreateScimTokenPayload, RevokeScimTokenPayload } from './scim-token.payloads.ts';

@Resolver()
export class ScimTokenResolver {
  @Mutation(() => CreateScimTokenPayload, { description: 'Makes a SCIM token. Needs `rollcall:directories`.' })
  createScimToken(
    @Arg('input', () => CreateScimTokenInput, { description: 'For which directory.' }) input: CreateScimTokenInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => domain.scimTokens.create(await actor(), input));
  }

  @Mutation(() => RevokeScimTokenPayload, {
    description: 'Ends a SCIM token, within a second everywhere. Needs `rollcall:directories`.',
  })
  revokeScimToken(
    @Arg('input', () => RevokeScimTokenInput, { description: 'Which one.' }) input: RevokeScimTokenInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ scimToken: await domain.scimTokens.revoke(await actor(), input.id) }));
  }
}
