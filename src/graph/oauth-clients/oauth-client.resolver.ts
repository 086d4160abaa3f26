import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { tokenEndpointOf } from '../../domain/public-address.ts';
import { GraphContext } from '../context.ts';
import { DeletePayload } from '../delete.payload.ts';
import { DirectoryType } from '../directories/directory.type.ts';
import { answerMutation } from '../payload.ts';
import {
  AddOAuthClientSecretInput,
  CreateOAuthClientInput,
  DeleteOAuthClientInput,
  RevokeOAuthClientSecretInput,
} from './oauth-client.inputs.ts';
import { oauthClientsOfDirectories, secretsOfOAuthClients } from './oauth-client.loader.ts';
import {
  AddOAuthClientSecretPayload,
  CreateOAuthClientPayload,
  RevokeOAuthClientSecretPayload,
} from './oauth-client.payloads.ts';
import { OAuthClientSecretType, OAuthClientType } from './oauth-client.type.ts';

@Resolver(() => OAuthClientType)
export class OAuthClientResolver {
  @Mutation(() => CreateOAuthClientPayload, {
    description:
      'Makes an OAuth client with its first secret. Needs `rollcall:directories`, all that the groups of the directory give, and a fresh sign-in.',
  })
  createOAuthClient(
    @Arg('input', () => CreateOAuthClientInput, { description: 'The OAuth client.' }) input: CreateOAuthClientInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => domain.oauthClients.create(await actor(), input));
  }

  @Mutation(() => AddOAuthClientSecretPayload, {
    description:
      'Makes another secret, beside those that live: revoke the old one once the new one is in use. Needs `rollcall:directories`, all that the groups of the directory give, and a fresh sign-in.',
  })
  addOAuthClientSecret(
    @Arg('input', () => AddOAuthClientSecretInput, { description: 'For which OAuth client.' })
    input: AddOAuthClientSecretInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => domain.oauthClients.addSecret(await actor(), input));
  }

  @Mutation(() => RevokeOAuthClientSecretPayload, {
    description:
      'Ends a secret and the access tokens that were made by it, within a second everywhere. Needs `rollcall:directories`.',
  })
  revokeOAuthClientSecret(
    @Arg('input', () => RevokeOAuthClientSecretInput, { description: 'Which one.' })
    input: RevokeOAuthClientSecretInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      oauthClientSecret: await domain.oauthClients.revokeSecret(await actor(), input.id),
    }));
  }

  @Mutation(() => DeletePayload, {
    description:
      'Deletes an OAuth client; its secrets and access tokens end within a second everywhere. Needs `rollcall:directories`.',
  })
  deleteOAuthClient(
    @Arg('input', () => DeleteOAuthClientInput, { description: 'Which one.' }) input: DeleteOAuthClientInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => {
      await domain.oauthClients.delete(await actor(), input.id);
      return { deletedId: input.id };
    });
  }

  @FieldResolver(() => [OAuthClientSecretType], {
    description: 'Its last 100 secrets, the newest first, ended ones too.',
  })
  secrets(@Root() oauthClient: OAuthClientType, @Ctx() { load }: GraphContext) {
    return load(secretsOfOAuthClients, oauthClient.id);
  }
}

@Resolver(() => DirectoryType)
export class DirectoryOAuthClientsResolver {
  @FieldResolver(() => [OAuthClientType], { description: 'Its last 100 OAuth clients, the newest first.' })
  oauthClients(@Root() directory: DirectoryType, @Ctx() { load }: GraphContext) {
    return load(oauthClientsOfDirectories, directory.id);
  }

  @FieldResolver(() => String, {
    description:
      'Where its OAuth clients and its workload identity ask for access tokens: Entra calls it the Token URL.',
  })
  tokenEndpoint(@Ctx() { address }: GraphContext) {
    return tokenEndpointOf(address);
  }
}
