import { statement } from '../../database/statement.ts';
import type { ActorRecord } from '../actors/actor.ts';
import type { Scope } from '../actors/scope.ts';

/** What an assertion has to say, claim by claim. */
export interface ExpectedClaims {
  issuer: string;
  /** Where the issuer's keys are; null: where its OpenID discovery says. */
  jwksUri: string | null;
  tenantId: string;
  audience: string;
  subject: string;
  authorizedParty: string;
}

export interface WorkloadIdentityRow extends ExpectedClaims {
  id: string;
  directoryId: string;
  /** What Entra calls itself by in its token requests; no secret. */
  clientId: string;
  scopes: Scope[];
  setBy: ActorRecord;
  createdAt: Date;
  updatedAt: Date;
  lastUsedAt: Date | null;
}

const COLUMNS = `id, directory_id as "directoryId", client_id as "clientId", issuer, jwks_uri as "jwksUri",
  tenant_id as "tenantId", audience, subject, authorized_party as "authorizedParty",
  string_to_array(scope, ' ') as scopes, set_by as "setBy", created_at as "createdAt", updated_at as "updatedAt",
  last_used_at as "lastUsedAt"`;

/** One a directory; a new one over an older keeps its id and client id. */
export const setIdentity = statement<WorkloadIdentityRow>(
  `insert into workload_identities as w (organization_id, id, directory_id, client_id, issuer, jwks_uri, tenant_id, audience,
     subject, authorized_party, scope, set_by, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
   on conflict (organization_id, directory_id) do update
      set issuer = excluded.issuer, jwks_uri = excluded.jwks_uri, tenant_id = excluded.tenant_id,
          audience = excluded.audience, subject = excluded.subject, authorized_party = excluded.authorized_party,
          scope = excluded.scope, set_by = excluded.set_by, updated_at = excluded.updated_at, removed_at = null
   returning ${COLUMNS}`,
);
export const removeIdentity = statement<WorkloadIdentityRow>(
  `update workload_identities set removed_at = $3, updated_at = $3
    where organization_id = $1 and directory_id = $2 and removed_at is null returning ${COLUMNS}`,
);
export const identitiesOfDirectories = statement<WorkloadIdentityRow>(
  `select ${COLUMNS} from workload_identities
    where organization_id = $1 and directory_id = any($2::uuid[]) and removed_at is null`,
);
export const getIdentities = statement<WorkloadIdentityRow>(
  `select ${COLUMNS} from workload_identities
    where organization_id = $1 and id = any($2::uuid[]) and removed_at is null`,
);

/** Ends the access tokens that were made for it. */
export const revokeAccessTokens = statement<never>(
  `update scim_tokens set revoked_at = $3
    where organization_id = $1 and workload_identity_id = $2 and revoked_at is null and expires_at > $3`,
);
