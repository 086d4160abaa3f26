import { accountLoginSchema, accountMembershipSchema, accountSchema } from '../domain/accounts/account.entity.ts';
import { oneTimeLinkSchema } from '../domain/accounts/one-time-link.entity.ts';
import { sessionAuthenticationSchema, sessionSchema } from '../domain/accounts/session.entity.ts';
import { apiKeySchema } from '../domain/actors/api-key.entity.ts';
import { bindingRequestSchema, bindingSchema } from '../domain/bindings/binding.entity.ts';
import { connectionAddressSchema, connectionSchema } from '../domain/connections/connection.entity.ts';
import { customSchemaSchema } from '../domain/custom-attributes/custom-schema.entity.ts';
import { directoryAddressSchema, directorySchema } from '../domain/directories/directory.entity.ts';
import { directoryGroupMemberSchema, directoryGroupSchema } from '../domain/directories/directory-group.entity.ts';
import { directoryUserKeySchema, directoryUserSchema } from '../domain/directories/directory-user.entity.ts';
import { oauthClientSchema, oauthClientSecretSchema } from '../domain/directory-credentials/oauth-client.entity.ts';
import { scimTokenSchema } from '../domain/directory-credentials/scim-token.entity.ts';
import {
  usedAssertionSchema,
  workloadIdentitySchema,
} from '../domain/directory-credentials/workload-identity.entity.ts';
import { directoryCountSchema } from '../domain/directory-lists/directory-count.entity.ts';
import { emailDomainSchema, verifiedDomainSchema } from '../domain/email-domains/email-domain.entity.ts';
import { domainEventSchema } from '../domain/events/domain-event.entity.ts';
import { provisioningEventSchema } from '../domain/events/provisioning-event.entity.ts';
import { refusedCallsSchema } from '../domain/events/refused-call.entity.ts';
import { groupSchema } from '../domain/groups/group.entity.ts';
import { groupMemberSchema } from '../domain/groups/group-member.entity.ts';
import { groupLinkSchema, groupTombstoneSchema, userLinkSchema } from '../domain/links/link.entity.ts';
import { organizationSchema } from '../domain/organizations/organization.entity.ts';
import { organizationErasureSchema } from '../domain/organizations/organization-erasure.entity.ts';
import { organizationSlugSchema, slugSkeletonSchema } from '../domain/organizations/organization-slug.entity.ts';
import { grantSchema } from '../domain/permissions/grant.entity.ts';
import { permissionSetPermissionSchema, permissionSetSchema } from '../domain/permissions/permission-set.entity.ts';
import { spaceSchema } from '../domain/permissions/space.entity.ts';
import { dataKeySchema } from '../domain/secrets/data-key.entity.ts';
import { signingKeySchema } from '../domain/secrets/signing-key.entity.ts';
import { signInAttemptSchema } from '../domain/sign-in/sign-in-attempt.entity.ts';
import { signInEventSchema } from '../domain/sign-in-log/sign-in-event.entity.ts';
import { userSchema } from '../domain/users/user.entity.ts';

/** Every table of the service; the schema, the migrations' diff and the catalogue test read this list. */
export const entities = [
  organizationSchema,
  organizationSlugSchema,
  slugSkeletonSchema,
  organizationErasureSchema,
  userSchema,
  groupSchema,
  groupMemberSchema,
  permissionSetSchema,
  permissionSetPermissionSchema,
  spaceSchema,
  grantSchema,
  apiKeySchema,
  customSchemaSchema,
  directorySchema,
  directoryAddressSchema,
  directoryCountSchema,
  oauthClientSchema,
  oauthClientSecretSchema,
  workloadIdentitySchema,
  usedAssertionSchema,
  scimTokenSchema,
  directoryUserSchema,
  directoryUserKeySchema,
  directoryGroupSchema,
  directoryGroupMemberSchema,
  userLinkSchema,
  groupLinkSchema,
  groupTombstoneSchema,
  domainEventSchema,
  provisioningEventSchema,
  refusedCallsSchema,
  connectionSchema,
  connectionAddressSchema,
  emailDomainSchema,
  verifiedDomainSchema,
  bindingSchema,
  bindingRequestSchema,
  signInAttemptSchema,
  signInEventSchema,
  accountSchema,
  accountLoginSchema,
  accountMembershipSchema,
  oneTimeLinkSchema,
  sessionSchema,
  sessionAuthenticationSchema,
  dataKeySchema,
  signingKeySchema,
];
