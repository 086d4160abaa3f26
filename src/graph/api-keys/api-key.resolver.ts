import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ApiKeyOrderField, ApiKeyRow } from '../../domain/actors/api-keys.ts';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { answerMutation } from '../payload.ts';
import { permissionSetsById } from '../permissions/permission-set.loader.ts';
import { PermissionSetType } from '../permissions/permission-set.type.ts';
import { ApiKeyFilterInput, ApiKeyPageArgs, CreateApiKeyInput, RevokeApiKeyInput } from './api-key.inputs.ts';
import { CreateApiKeyPayload, RevokeApiKeyPayload } from './api-key.payloads.ts';
import { ApiKeyConnection, ApiKeyType } from './api-key.type.ts';

@Resolver(() => ApiKeyType)
export class ApiKeyResolver {
  @Query(() => ApiKeyConnection, { description: 'The API keys, revoked ones too. Needs `rollcall:keys`.' })
  async apiKeys(
    @Args(() => ApiKeyPageArgs) args: OrderedPageRequest<ApiKeyOrderField>,
    @Arg('filter', () => ApiKeyFilterInput, { nullable: true, description: 'Which keys; without it, all.' })
    filter: ApiKeyFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.apiKeys.list(who, page, filter ?? {}));
  }

  @Mutation(() => CreateApiKeyPayload, {
    description: 'Makes an API key. Needs `rollcall:keys`, all that its permission set holds, and a fresh sign-in.',
  })
  createApiKey(
    @Arg('input', () => CreateApiKeyInput, { description: 'The key.' }) input: CreateApiKeyInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => domain.apiKeys.create(await actor(), input));
  }

  @Mutation(() => RevokeApiKeyPayload, {
    description: 'Ends an API key, within a second everywhere. Needs `rollcall:keys`.',
  })
  revokeApiKey(
    @Arg('input', () => RevokeApiKeyInput, { description: 'Which one.' }) input: RevokeApiKeyInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ apiKey: await domain.apiKeys.revoke(await actor(), input.id) }));
  }

  @FieldResolver(() => PermissionSetType, { description: 'The permission set it acts by.' })
  permissionSet(@Root() key: ApiKeyRow, @Ctx() { load }: GraphContext) {
    return load(permissionSetsById, key.permissionSetId);
  }
}
