import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { connectionAddresses, connectionTestUrl } from '../../domain/connections/connection-addresses.ts';
import type { ConnectionOrderField, ConnectionRow } from '../../domain/connections/connections.store.ts';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { DeletePayload } from '../delete.payload.ts';
import { nullIfNotFound } from '../null-if-not-found.ts';
import { OrganizationType } from '../organizations/organization.type.ts';
import { answerMutation } from '../payload.ts';
import {
  CreateOidcConnectionInput,
  CreateSamlConnectionInput,
  DeleteSsoConnectionInput,
  DisableSsoConnectionInput,
  EnableSsoConnectionInput,
  SsoConnectionFilterInput,
  SsoConnectionPageArgs,
  TestSsoConnectionInput,
  UpdateSsoConnectionInput,
} from './sso-connection.inputs.ts';
import {
  CreateOidcConnectionPayload,
  CreateSamlConnectionPayload,
  DisableSsoConnectionPayload,
  EnableSsoConnectionPayload,
  TestSsoConnectionPayload,
  UpdateSsoConnectionPayload,
} from './sso-connection.payloads.ts';
import { SsoCertificateType, SsoConnectionConnection, SsoConnectionType } from './sso-connection.type.ts';

@Resolver(() => SsoConnectionType)
export class SsoConnectionResolver {
  @Query(() => SsoConnectionType, {
    nullable: true,
    description: 'One SSO connection; null for an unknown id. Needs `rollcall:connections`.',
  })
  async ssoConnection(
    @Arg('id', () => ID, { description: 'The connection.' }) id: string,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return nullIfNotFound(domain.connections.get(await actor(), id));
  }

  @Query(() => SsoConnectionConnection, { description: 'The SSO connections. Needs `rollcall:connections`.' })
  async ssoConnections(
    @Args(() => SsoConnectionPageArgs) args: OrderedPageRequest<ConnectionOrderField>,
    @Arg('filter', () => SsoConnectionFilterInput, { nullable: true, description: 'Which ones; without it, all.' })
    filter: SsoConnectionFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.connections.list(who, page, filter ?? {}));
  }

  @Mutation(() => CreateOidcConnectionPayload, {
    description:
      'Sets up a connection by OpenID Connect, as a draft. Needs `rollcall:connections` and a fresh sign-in.',
  })
  createOidcConnection(
    @Arg('input', () => CreateOidcConnectionInput, { description: 'The connection.' }) input: CreateOidcConnectionInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      ssoConnection: await domain.connections.create(await actor(), { ...input, protocol: 'oidc' }),
    }));
  }

  @Mutation(() => CreateSamlConnectionPayload, {
    description: 'Sets up a connection by SAML, as a draft. Needs `rollcall:connections` and a fresh sign-in.',
  })
  createSamlConnection(
    @Arg('input', () => CreateSamlConnectionInput, { description: 'The connection.' }) input: CreateSamlConnectionInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      ssoConnection: await domain.connections.create(await actor(), { ...input, protocol: 'saml' }),
    }));
  }

  @Mutation(() => UpdateSsoConnectionPayload, {
    description:
      'Changes a connection. A change of whom it believes, such as its issuer or certificates, ends the sessions that were proved through it, and asks of you what the people hold who sign in through it. Needs `rollcall:connections` and a fresh sign-in.',
  })
  updateSsoConnection(
    @Arg('input', () => UpdateSsoConnectionInput, { description: 'The changes.' }) input: UpdateSsoConnectionInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      ssoConnection: await domain.connections.update(await actor(), input.id, input),
    }));
  }

  @Mutation(() => EnableSsoConnectionPayload, {
    description:
      'Lets people sign in through a connection, tested or not. Needs `rollcall:connections` and a fresh sign-in.',
  })
  enableSsoConnection(
    @Arg('input', () => EnableSsoConnectionInput, { description: 'Which one.' }) input: EnableSsoConnectionInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      ssoConnection: await domain.connections.enable(await actor(), input.id),
    }));
  }

  @Mutation(() => DisableSsoConnectionPayload, {
    description:
      'Ends signing in through a connection, and the sessions that were proved through it. Needs `rollcall:connections` and a fresh sign-in.',
  })
  disableSsoConnection(
    @Arg('input', () => DisableSsoConnectionInput, { description: 'Which one.' }) input: DisableSsoConnectionInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      ssoConnection: await domain.connections.disable(await actor(), input.id),
    }));
  }

  @Mutation(() => DeletePayload, {
    description:
      'Deletes a connection for good; its sessions and bindings end. Provisioning goes on. Needs `rollcall:connections` and a fresh sign-in.',
  })
  deleteSsoConnection(
    @Arg('input', () => DeleteSsoConnectionInput, { description: 'Which one.' }) input: DeleteSsoConnectionInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => {
      await domain.connections.remove(await actor(), input.id);
      return { deletedId: input.id };
    });
  }

  @Mutation(() => TestSsoConnectionPayload, {
    description:
      'Looks at what can be seen of an identity provider without signing in, and opens an address for a test sign-in. Needs `rollcall:connections`.',
  })
  testSsoConnection(
    @Arg('input', () => TestSsoConnectionInput, { description: 'Which one.' }) input: TestSsoConnectionInput,
    @Ctx() { domain, actor, address }: GraphContext,
  ) {
    return answerMutation(input, async () => {
      const { checks, secret } = await domain.connectionTests.start(await actor(), input.id);
      return { checks, testUrl: connectionTestUrl(address.publicUrl, input.id, secret) };
    });
  }

  @FieldResolver(() => [SsoCertificateType], { description: 'SAML: whose signatures are believed; empty for OIDC.' })
  certificates(@Root() { certificates }: ConnectionRow): SsoCertificateType[] {
    return (certificates ?? []).map(({ fingerprint, notBefore, notAfter }) => ({
      fingerprint,
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
    }));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'OIDC: the Redirect URI to enter at the identity provider; null for SAML.',
  })
  redirectUri(@Root() { id, protocol }: ConnectionRow, @Ctx() { address }: GraphContext) {
    return protocol === 'oidc' ? connectionAddresses(address.publicUrl, id).redirectUri : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'SAML: the Reply URL (Assertion Consumer Service) to enter at the identity provider; null for OIDC.',
  })
  acsUrl(@Root() { id, protocol }: ConnectionRow, @Ctx() { address }: GraphContext) {
    return protocol === 'saml' ? connectionAddresses(address.publicUrl, id).acsUrl : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'SAML: our entity id (Identifier), which is also the address of our metadata; null for OIDC.',
  })
  entityId(@Root() { id, protocol }: ConnectionRow, @Ctx() { address }: GraphContext) {
    return protocol === 'saml' ? connectionAddresses(address.publicUrl, id).entityId : null;
  }
}

@Resolver(() => OrganizationType)
export class OrganizationSsoResolver {
  @FieldResolver(() => Boolean, {
    description: 'Whether people can sign in by single sign-on: at least one connection is enabled.',
  })
  async isSsoReady(@Ctx() { domain, actor }: GraphContext) {
    return domain.connections.isReady(await actor());
  }
}
