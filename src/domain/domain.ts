import type { Database } from '../database/database.ts';
import { ApiKeys } from './actors/api-keys.ts';
import { CredentialHasher } from './actors/credential.ts';
import type { Clock } from './clock.ts';
import { Directories } from './directories/directories.ts';
import { DirectoryGroups } from './directories/directory-groups.ts';
import { DirectoryLists } from './directories/directory-lists.ts';
import { DirectoryUsers } from './directories/directory-users.ts';
import { Links } from './directories/links.ts';
import { ScimTokens } from './directories/scim-tokens.ts';
import { DomainEvents } from './events/domain-events.ts';
import { ProvisioningEvents } from './events/provisioning-events.ts';
import { Groups } from './groups/groups.ts';
import { Organizations } from './organizations/organizations.ts';
import { Access } from './permissions/access.ts';
import type { PermissionCatalogue } from './permissions/catalogue.ts';
import { Grants } from './permissions/grants.ts';
import { PermissionSets } from './permissions/permission-sets.ts';
import { Users } from './users/users.ts';

export interface DomainParts {
  database: Database;
  catalogue: PermissionCatalogue;
  /** Under which tokens and keys are hashed. */
  secretKey: string;
  clock?: Clock;
  /** Told of failures nobody waits for, such as a time of use that could not be written. */
  onBackgroundFailure?: (error: unknown) => void;
}

/** All use cases, composed: what GraphQL, the CLI and the tests call. */
export function createDomain({ database, catalogue, secretKey, clock = () => new Date(), ...parts }: DomainParts) {
  const hasher = new CredentialHasher(secretKey);
  const onTouchFailed = parts.onBackgroundFailure ?? (() => undefined);
  const permissionSets = new PermissionSets({ database, clock, catalogue });
  const directoryUsers = new DirectoryUsers({ database, clock });
  const apiKeys = new ApiKeys({ database, clock, catalogue, hasher, permissionSets, onTouchFailed });
  const scimTokens = new ScimTokens({ database, clock, hasher, onTouchFailed });
  return {
    catalogue,
    organizations: new Organizations({ database, clock }),
    users: new Users({ database, clock, catalogue }),
    groups: new Groups({ database, clock, catalogue }),
    permissionSets,
    grants: new Grants({ database, clock, permissionSets }),
    access: new Access({ database, catalogue }),
    apiKeys,
    directories: new Directories({ database, clock }),
    scimTokens,
    directoryUsers,
    directoryGroups: new DirectoryGroups({ database, clock, catalogue }),
    directoryLists: new DirectoryLists({ database, directoryUsers }),
    links: new Links({ database, clock, catalogue }),
    provisioningEvents: new ProvisioningEvents({ database, clock }),
    domainEvents: new DomainEvents({ database }),
    /** Resolves when nothing is being written in the background: before the database is closed. */
    settled: async () => {
      await Promise.all([apiKeys.settled(), scimTokens.settled()]);
    },
  };
}

export type Domain = ReturnType<typeof createDomain>;
