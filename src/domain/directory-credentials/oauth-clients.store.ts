import { statement } from '../../database/statement.ts';
import type { ActorRecord } from '../actors/actor.ts';
import type { Scope } from '../actors/scope.ts';

export interface OAuthClientRow {
  id: string;
  directoryId: string;
  /** What the identity provider calls itself by; no secret. */
  clientId: string;
  name: string;
  scopes: Scope[];
  createdBy: ActorRecord;
  createdAt: Date;
}

export interface OAuthClientSecretRow {
  id: string;
  oauthClientId: string;
  hint: string;
  createdBy: ActorRecord;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

const LISTED_MAX = 100;

const CLIENT_COLUMNS = `id, directory_id as "directoryId", client_id as "clientId", name,
  string_to_array(scope, ' ') as scopes, created_by as "createdBy", created_at as "createdAt"`;
const SECRET_COLUMNS = `id, oauth_client_id as "oauthClientId", hint, created_by as "createdBy", created_at as "createdAt",
  expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;

export const insertClient = statement<OAuthClientRow>(
  `insert into oauth_clients (organization_id, id, directory_id, client_id, name, scope, created_by, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${CLIENT_COLUMNS}`,
);
/** Waits for a deletion, and makes one wait. */
export const holdClient = statement<OAuthClientRow>(
  `select ${CLIENT_COLUMNS} from oauth_clients
    where organization_id = $1 and id = $2 and deleted_at is null for share`,
);
export const deleteClient = statement<OAuthClientRow>(
  `update oauth_clients set deleted_at = $3 where organization_id = $1 and id = $2 and deleted_at is null
   returning ${CLIENT_COLUMNS}`,
);
export const listClients = statement<OAuthClientRow>(
  `select client.* from unnest($2::uuid[]) as asked(id)
     cross join lateral (
       select ${CLIENT_COLUMNS} from oauth_clients
        where organization_id = $1 and directory_id = asked.id and deleted_at is null
        order by id desc limit ${LISTED_MAX}) client
    order by client.id desc`,
);
export const getClients = statement<OAuthClientRow>(
  `select ${CLIENT_COLUMNS} from oauth_clients
    where organization_id = $1 and id = any($2::uuid[]) and deleted_at is null`,
);

export const insertSecret = statement<OAuthClientSecretRow>(
  `insert into oauth_client_secrets (organization_id, id, oauth_client_id, hmac, hint, created_by, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${SECRET_COLUMNS}`,
);
/** `isNow`: it had not been revoked before. */
export const revokeSecret = statement<OAuthClientSecretRow & { directoryId: string; isNow: boolean }>(
  `update oauth_client_secrets s set revoked_at = coalesce(revoked_at, $3)
    where organization_id = $1 and id = $2
   returning ${SECRET_COLUMNS}, revoked_at = $3 as "isNow",
     (select c.directory_id from oauth_clients c where c.organization_id = $1 and c.id = s.oauth_client_id) as "directoryId"`,
);
/** Of one client, all secrets, with those that had ended already. */
export const revokeSecretsOf = statement<{ id: string }>(
  `update oauth_client_secrets set revoked_at = coalesce(revoked_at, $3)
    where organization_id = $1 and oauth_client_id = $2 returning id`,
);
export const listSecrets = statement<OAuthClientSecretRow>(
  `select secret.* from unnest($2::uuid[]) as asked(id)
     cross join lateral (
       select ${SECRET_COLUMNS} from oauth_client_secrets
        where organization_id = $1 and oauth_client_id = asked.id order by id desc limit ${LISTED_MAX}) secret
    order by secret.id desc`,
);
export const getSecrets = statement<OAuthClientSecretRow>(
  `select ${SECRET_COLUMNS} from oauth_client_secrets where organization_id = $1 and id = any($2::uuid[])`,
);

/** Ends the access tokens that were made by one of the secrets. */
export const revokeAccessTokens = statement<never>(
  `update scim_tokens set revoked_at = $3
    where organization_id = $1 and oauth_client_secret_id = any($2::uuid[]) and revoked_at is null and expires_at > $3`,
);
