import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { GraphContext } from '../context.ts';
import { answerMutation } from '../payload.ts';
import { DirectoryType } from './directory.type.ts';
import { CreateScimTokenInput, RevokeScimTokenInput, RotateScimTokenInput } from './scim-token.inputs.ts';
import { tokensOfDirectories } from './scim-token.loader.ts';
import { CreateScimTokenPayload, RevokeScimTokenPayload, RotateScimTokenPayload } from './scim-token.payloads.ts';
import { ScimTokenType } from './scim-token.type.ts';

@Resolver()
export class ScimTokenResolver {
  @Mutation(() => CreateScimTokenPayload, {
    description:
      'Makes a SCIM token. Needs `rollcall:directories`, all that the groups of the directory give, and a fresh sign-in.',
  })
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

  @Mutation(() => RotateScimTokenPayload, {
    description:
      'Replaces a SCIM token: makes a new one and ends the old one after an overlap. Needs `rollcall:directories`, all that the groups of the directory give, and a fresh sign-in.',
  })
  rotateScimToken(
    @Arg('input', () => RotateScimTokenInput, { description: 'Which one, and how.' }) input: RotateScimTokenInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => domain.scimTokens.rotate(await actor(), input));
  }
}

@Resolver(() => DirectoryType)
export class DirectoryTokensResolver {
  @FieldResolver(() => [ScimTokenType], { description: 'Its last 100 tokens, the newest first, ended ones too.' })
  tokens(@Root() directory: DirectoryType, @Ctx() { load }: GraphContext) {
    return load(tokensOfDirectories, directory.id);
  }
}
