import { prepared, statement } from '../../database/statement.ts';
import type { DirectoryStatus } from '../directories/directory.entity.ts';
import type { ExpectedClaims } from './workload-identities.store.ts';

/** An OAuth client with the secret that was shown, where it is one of the client's. */
export interface ClientBySecret {
  id: string;
  directoryId: string;
  directoryStatus: DirectoryStatus;
  scope: string;
  deletedAt: Date | null;
  secretId: string | null;
  hint: string | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export interface IdentityByClientId extends ExpectedClaims {
  id: string;
  directoryId: string;
  directoryStatus: DirectoryStatus;
  scope: string;
  removedAt: Date | null;
}

/** `$2` the client id, `$3` the HMAC of the secret. */
export const clientBySecret = prepared<ClientBySecret>(
  'oauth-client-by-secret',
  `select c.id, c.directory_id as "directoryId", d.status as "directoryStatus", c.scope, c.deleted_at as "deletedAt",
          s.id as "secretId", s.hint, s.expires_at as "expiresAt", s.revoked_at as "revokedAt"
     from oauth_clients c
     join directories d on d.organization_id = $1 and d.id = c.directory_id
     left join oauth_client_secrets s on s.organization_id = $1 and s.oauth_client_id = c.id and s.hmac = $3
    where c.organization_id = $1 and c.client_id = $2`,
);

export const identityByClientId = prepared<IdentityByClientId>(
  'workload-identity-by-client-id',
  `select w.id, w.directory_id as "directoryId", d.status as "directoryStatus", w.issuer, w.jwks_uri as "jwksUri",
          w.tenant_id as "tenantId", w.audience, w.subject, w.authorized_party as "authorizedParty", w.scope,
          w.removed_at as "removedAt"
     from workload_identities w
     join directories d on d.organization_id = $1 and d.id = w.directory_id
    where w.organization_id = $1 and w.client_id = $2`,
);

/** Holds a secret that still lives, so that a revocation waits and then finds the new access token; none: it has ended. */
export const useSecret = statement<{ id: string }>(
  `update oauth_client_secrets set last_used_at = $3
    where organization_id = $1 and id = $2 and revoked_at is null and expires_at > $3 returning id`,
);

/** The same for a workload identity, which must still expect what the assertion was compared with. */
export const useIdentity = statement<{ id: string }>(
  `update workload_identities set last_used_at = $3
    where organization_id = $1 and id = $2 and removed_at is null
      and issuer = $4 and tenant_id = $5 and audience = $6 and subject = $7 and authorized_party = $8 returning id`,
);

/** No row: it has been redeemed before. */
export const insertUsedAssertion = statement<{ assertionKey: string }>(
  `insert into used_assertions (organization_id, assertion_key, expires_at) values ($1, $2, $3)
   on conflict do nothing returning assertion_key as "assertionKey"`,
);

export const insertAccessToken = statement<never>(
  `insert into scim_tokens (organization_id, id, directory_id, scope, oauth_client_secret_id, workload_identity_id, hmac,
     hint, created_by, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);

export const deleteEndedTokens = statement<never>(
  `delete from scim_tokens
    where organization_id = $1 and (oauth_client_secret_id is not null or workload_identity_id is not null)
      and expires_at < $2`,
);
export const deleteEndedAssertions = statement<never>(
  'delete from used_assertions where organization_id = $1 and expires_at < $2',
);
