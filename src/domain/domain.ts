import type { Database } from '../database/database.ts';
import { Accounts } from './accounts/accounts.ts';
import { OneTimeLinks } from './accounts/one-time-links.ts';
import { OwnSessions } from './accounts/own-sessions.ts';
import { SessionRenewals } from './accounts/session-renewals.ts';
import { SessionTokens } from './accounts/session-tokens.ts';
import { Sessions } from './accounts/sessions.ts';
import { SetUp } from './accounts/set-up.ts';
import { UserSessions } from './accounts/user-sessions.ts';
import { Viewers } from './accounts/viewers.ts';
import { ApiKeys } from './actors/api-keys.ts';
import { CredentialHasher } from './actors/credential.ts';
import { BindingRequests } from './bindings/binding-requests.ts';
import { Bindings } from './bindings/bindings.ts';
import type { Clock } from './clock.ts';
import { ConnectionTests } from './connections/connection-tests.ts';
import { Connections } from './connections/connections.ts';
import { type IdentityProviders, noIdentityProviders } from './connections/identity-providers.ts';
import { SignInConnections } from './connections/sign-in-connections.ts';
import { CustomSchemas } from './custom-attributes/custom-schemas.ts';
import { CustomTables } from './custom-attributes/custom-tables.ts';
import { Directories } from './directories/directories.ts';
import { DirectoryGroupMembers } from './directories/directory-group-members.ts';
import { DirectoryGroups } from './directories/directory-groups.ts';
import { DirectoryHealth } from './directories/directory-health.ts';
import { DirectoryProjection } from './directories/directory-projection.ts';
import { DirectoryStatuses } from './directories/directory-status.ts';
import { DirectoryUsers } from './directories/directory-users.ts';
import { AccessTokens } from './directory-credentials/access-tokens.ts';
import { OAuthClients } from './directory-credentials/oauth-clients.ts';
import { ScimTokens } from './directory-credentials/scim-tokens.ts';
import { WorkloadIdentities } from './directory-credentials/workload-identities.ts';
import { DirectoryCounts } from './directory-lists/directory-counts.ts';
import { DirectoryLists } from './directory-lists/directory-lists.ts';
import { createTxtResolver } from './email-domains/dns-proof.ts';
import { EmailDomains } from './email-domains/email-domains.ts';
import { DomainEvents } from './events/domain-events.ts';
import { ProvisioningEvents } from './events/provisioning-events.ts';
import { RefusedCallLog } from './events/refused-call-log.ts';
import { Groups } from './groups/groups.ts';
import { LinkDecisions } from './links/link-decisions.ts';
import { Links } from './links/links.ts';
import { placeConflictsAnew } from './links/retry-group.ts';
import { type Forgetting, Maintenance } from './maintenance.ts';
import { Nodes } from './nodes.ts';
import { Erasure } from './organizations/erasure.ts';
import { OrganizationExport } from './organizations/organization-export.ts';
import { OrganizationLifeCycle } from './organizations/organization-life-cycle.ts';
import { OrganizationSlugs } from './organizations/organization-slugs.ts';
import { Organizations } from './organizations/organizations.ts';
import { Access } from './permissions/access.ts';
import type { PermissionCatalogue } from './permissions/catalogue.ts';
import { Grants } from './permissions/grants.ts';
import { PermissionSets } from './permissions/permission-sets.ts';
import { Spaces } from './permissions/spaces.ts';
import { DataKeys } from './secrets/data-keys.ts';
import { KeyRotation } from './secrets/key-rotation.ts';
import { Seals } from './secrets/seals.ts';
import { SigningKeys } from './secrets/signing-keys.ts';
import { RememberedSlugs } from './sign-in/remembered-slugs.ts';
import { SignIn } from './sign-in/sign-in.ts';
import { SignInAttempts } from './sign-in/sign-in-attempts.ts';
import { SignInHealth } from './sign-in/sign-in-health.ts';
import { SignInOverview } from './sign-in/sign-in-overview.ts';
import { SignInEvents } from './sign-in-log/sign-in-events.ts';
import { Users } from './users/users.ts';

export interface DomainParts {
  database: Database;
  catalogue: PermissionCatalogue;
  /** Under which tokens and keys are hashed. */
  secretKey: string;
  clock?: Clock;
  /** Whether an issuer of assertions may be at an address of this machine: for development and tests. */
  allowsLoopbackIssuers?: boolean;
  /** The secret key before the present one, until what is sealed under it was sealed anew. */
  previousSecretKey?: string | undefined;
  /** What speaks OIDC and SAML; without it, nothing of a connection is read or checked. */
  identityProviders?: IdentityProviders;
  /** How the TXT records of a name are found; the system's resolver by default. */
  resolveTxt?: (name: string) => Promise<string[][]>;
  /** Told of failures nobody waits for, such as a time of use that could not be written. */
  onBackgroundFailure?: (error: unknown) => void;
}

/** All use cases, composed: what GraphQL, the CLI and the tests call. */
export function createDomain({ database, catalogue, secretKey, clock = () => new Date(), ...parts }: DomainParts) {
  const hasher = new CredentialHasher(secretKey);
  const dataKeys = new DataKeys({ database, clock, secretKey, previousSecretKey: parts.previousSecretKey });
  const seals = new Seals({ dataKeys });
  const signingKeys = new SigningKeys({ database, clock, seals });
  const onTouchFailed = parts.onBackgroundFailure ?? (() => undefined);
  const access = new Access({ database, catalogue });
  const permissionSets = new PermissionSets({ database, clock, catalogue });
  const organizations = new Organizations({
    database,
    clock,
    permissionSets,
    onPolicyChanged: (transaction, actor, at) => placeConflictsAnew(transaction, actor, { catalogue, at }),
  });
  const directoryCounts = new DirectoryCounts({ database });
  const tables = new CustomTables({ database, clock });
  const customSchemas = new CustomSchemas({ database, clock, tables });
  const directoryUsers = new DirectoryUsers({ database, clock, catalogue, tables });
  const apiKeys = new ApiKeys({ database, clock, catalogue, hasher, permissionSets, onTouchFailed });
  const projection = new DirectoryProjection({ database, clock, catalogue });
  const directories = new Directories({ database, clock, projection });
  const scimTokens = new ScimTokens({ database, clock, catalogue, hasher, onTouchFailed });
  const refusedCalls = new RefusedCallLog({ database, clock, directories, scimTokens, onFailure: onTouchFailed });
  const accessTokens = new AccessTokens({ database, clock, hasher, refusedCalls });
  const { allowsLoopbackIssuers = false } = parts;
  const { identityProviders = noIdentityProviders } = parts;
  const signInConnections = new SignInConnections({ database, seals });
  const connectionTests = new ConnectionTests({ database, clock, hasher, identityProviders, signInConnections });
  const accounts = new Accounts({ database, clock });
  const signInEvents = new SignInEvents({ database, clock });
  const ownSessions = new OwnSessions({ database, clock, onBackgroundFailure: onTouchFailed });
  const sessions = new Sessions({
    database,
    clock,
    catalogue,
    hasher,
    signInEvents,
    ownSessions,
    onBackgroundFailure: onTouchFailed,
  });
  const sessionRenewals = new SessionRenewals({ hasher, signInEvents });
  const signInAttempts = new SignInAttempts({ database, clock, hasher });
  const oneTimeLinks = new OneTimeLinks({ database, clock, hasher, accounts, sessions, signInEvents });
  const keyRotation = new KeyRotation({ database, clock, organizations, dataKeys, seals, signingKeys });
  const forgetting: Forgetting = {
    ofOrganizations: [
      (transaction) => accessTokens.forgetEnded(transaction),
      (transaction) => signInEvents.forgetOld(transaction),
      (transaction) => sessions.forgetEndedIn(transaction),
    ],
    ofNone: [
      () => signInAttempts.forgetExpired(),
      () => ownSessions.tellOfEnded(),
      () => sessions.forgetEnded(),
      () => oneTimeLinks.forgetEnded(),
      () => keyRotation.maintain(),
    ],
  };
  const emailDomains = new EmailDomains({ database, clock, resolveTxt: parts.resolveTxt ?? createTxtResolver() });
  const erasure = new Erasure({ database, clock, organizations, apiKeys });
  return {
    catalogue,
    organizations,
    organizationSlugs: new OrganizationSlugs({ database, clock }),
    organizationLifeCycle: new OrganizationLifeCycle({ database, clock, apiKeys }),
    organizationExport: new OrganizationExport({ database, clock }),
    erasure,
    maintenance: new Maintenance({
      database,
      clock,
      organizations,
      projection,
      erasure,
      forgetting,
      directoryCounts,
      customSchemas,
      emailDomains,
    }),
    users: new Users({ database, clock, catalogue }),
    groups: new Groups({ database, clock, catalogue }),
    permissionSets,
    grants: new Grants({ database, clock, permissionSets }),
    spaces: new Spaces({ database, clock, catalogue }),
    access,
    accounts,
    sessions,
    sessionRenewals,
    oneTimeLinks,
    setUp: new SetUp({ database, clock, hasher, organizations, accounts, sessions }),
    ownSessions,
    userSessions: new UserSessions({ database, clock }),
    signInOverview: new SignInOverview({ database, clock, catalogue }),
    viewers: new Viewers({ database, catalogue }),
    signIn: new SignIn({
      database,
      clock,
      catalogue,
      signInConnections,
      connectionTests,
      accounts,
      sessions,
      sessionRenewals,
      emailDomains,
      signInEvents,
      attempts: signInAttempts,
    }),
    signInAttempts,
    rememberedSlugs: new RememberedSlugs({ hasher }),
    signInEvents,
    signInHealth: new SignInHealth({ database, catalogue }),
    bindings: new Bindings({ database, clock }),
    bindingRequests: new BindingRequests({ database, clock, catalogue }),
    seals,
    signingKeys,
    sessionTokens: new SessionTokens({ database, clock, catalogue, signingKeys }),
    keyRotation,
    apiKeys,
    directories,
    customSchemas,
    connections: new Connections({ database, clock, catalogue, seals, identityProviders, allowsLoopbackIssuers }),
    connectionTests,
    signInConnections,
    emailDomains,
    directoryStatuses: new DirectoryStatuses({ database, clock, catalogue, projection, scimTokens }),
    directoryHealth: new DirectoryHealth({ database, clock }),
    scimTokens,
    oauthClients: new OAuthClients({ database, clock, catalogue, hasher, scimTokens }),
    workloadIdentities: new WorkloadIdentities({ database, clock, catalogue, scimTokens, allowsLoopbackIssuers }),
    accessTokens,
    directoryUsers,
    directoryGroups: new DirectoryGroups({ database, clock, catalogue, tables }),
    directoryGroupMembers: new DirectoryGroupMembers({ database }),
    directoryLists: new DirectoryLists({ database, clock, directoryUsers, directoryCounts, tables }),
    links: new Links({ database, catalogue, access }),
    linkDecisions: new LinkDecisions({ database, clock, catalogue }),
    nodes: new Nodes({ database }),
    provisioningEvents: new ProvisioningEvents({ database, clock }),
    refusedCalls,
    domainEvents: new DomainEvents({ database }),
    /** Resolves when nothing is being written in the background: before the database is closed. */
    settled: async () => {
      await Promise.all([apiKeys.settled(), scimTokens.settled(), sessions.settled(), refusedCalls.settled()]);
    },
  };
}

export type Domain = ReturnType<typeof createDomain>;
