import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { ApiKeyResolver } from './api-keys/api-key.resolver.ts';
import { CustomSchemaResolver, OrganizationSchemasResolver } from './custom-attributes/custom-schema.resolver.ts';
import { GroupReturnedRulesResolver, UserReturnedRulesResolver } from './custom-attributes/returned-rules.resolver.ts';
import { DirectoryResolver } from './directories/directory.resolver.ts';
import { DirectoryGroupResolver } from './directories/directory-group.resolver.ts';
import { DirectoryHealthResolver } from './directories/directory-health.resolver.ts';
import { DirectoryListsResolver } from './directories/directory-lists.resolver.ts';
import {
  DirectoryStatusResolver,
  MatchingPersonResolver,
  PreviewedGroupResolver,
} from './directories/directory-status.resolver.ts';
import { DirectoryUserResolver } from './directories/directory-user.resolver.ts';
import { DirectoryTokensResolver, ScimTokenResolver } from './directories/scim-token.resolver.ts';
import { EmailDomainResolver } from './email-domains/email-domain.resolver.ts';
import { DomainEventResolver } from './events/domain-event.resolver.ts';
import { DirectoryEventsResolver, ProvisioningEventResolver } from './events/provisioning-event.resolver.ts';
import { DirectoryRefusedCallsResolver, RefusedCallResolver } from './events/refused-call.resolver.ts';
import { GroupResolver } from './groups/group.resolver.ts';
import { LinkResolver } from './links/link.resolver.ts';
import { LinkPreviewResolver } from './links/link-preview.resolver.ts';
import { NodeResolver } from './node.resolver.ts';
import { DirectoryOAuthClientsResolver, OAuthClientResolver } from './oauth-clients/oauth-client.resolver.ts';
import { OrganizationResolver } from './organizations/organization.resolver.ts';
import { AccessResolver } from './permissions/access.resolver.ts';
import { GrantResolver } from './permissions/grant.resolver.ts';
import { PermissionSetResolver } from './permissions/permission-set.resolver.ts';
import { SpaceResolver } from './permissions/space.resolver.ts';
import { SessionResolver, UserSessionsResolver } from './sessions/session.resolver.ts';
import { BindingRequestResolver, BindingResolver } from './sign-in/binding.resolver.ts';
import {
  OrganizationSignInResolver,
  SignInEventResolver,
  SignInHealthResolver,
  SignInPersonResolver,
} from './sign-in/sign-in.resolver.ts';
import { OrganizationSsoResolver, SsoConnectionResolver } from './sso-connections/sso-connection.resolver.ts';
import { UserResolver } from './users/user.resolver.ts';

import { ViewerAccountResolver, ViewerResolver } from './viewer/viewer.resolver.ts';
import {
  DirectoryWorkloadIdentityResolver,
  WorkloadIdentityResolver,
} from './workload-identities/workload-identity.resolver.ts';

/** The schema, built from its resolvers. They hold no state: the domain comes with each request's context. */
export function createSchema(): Promise<GraphQLSchema> {
  return buildSchema({
    resolvers: [
      AccessResolver,
      ApiKeyResolver,
      BindingRequestResolver,
      BindingResolver,
      CustomSchemaResolver,
      DirectoryEventsResolver,
      DirectoryGroupResolver,
      DirectoryHealthResolver,
      DirectoryListsResolver,
      DirectoryOAuthClientsResolver,
      DirectoryRefusedCallsResolver,
      DirectoryResolver,
      DirectoryStatusResolver,
      DirectoryTokensResolver,
      DirectoryUserResolver,
      DirectoryWorkloadIdentityResolver,
      DomainEventResolver,
      EmailDomainResolver,
      GrantResolver,
      GroupResolver,
      GroupReturnedRulesResolver,
      LinkPreviewResolver,
      LinkResolver,
      MatchingPersonResolver,
      NodeResolver,
      OAuthClientResolver,
      OrganizationResolver,
      OrganizationSchemasResolver,
      OrganizationSignInResolver,
      OrganizationSsoResolver,
      PermissionSetResolver,
      PreviewedGroupResolver,
      ProvisioningEventResolver,
      RefusedCallResolver,
      ScimTokenResolver,
      SessionResolver,
      SignInEventResolver,
      SignInHealthResolver,
      SignInPersonResolver,
      SpaceResolver,
      SsoConnectionResolver,
      UserResolver,
      UserReturnedRulesResolver,
      UserSessionsResolver,
      ViewerAccountResolver,
      ViewerResolver,
      WorkloadIdentityResolver,
    ],
    validate: false,
  });
}
