import type { OAuthClientRow, OAuthClientSecretRow } from '../../domain/directory-credentials/oauth-clients.store.ts';
import type { BatchRead } from '../context.ts';

export const oauthClientsOfDirectories: BatchRead<OAuthClientRow[]> = (domain, actor, ids) =>
  domain.oauthClients.listMany(actor, ids);

export const secretsOfOAuthClients: BatchRead<OAuthClientSecretRow[]> = (domain, actor, ids) =>
  domain.oauthClients.listSecrets(actor, ids);

export const oauthClientsById: BatchRead<OAuthClientRow | undefined> = (domain, actor, ids) =>
  domain.oauthClients.getMany(actor, ids);

export const oauthClientSecretsById: BatchRead<OAuthClientSecretRow | undefined> = (domain, actor, ids) =>
  domain.oauthClients.getSecrets(actor, ids);
