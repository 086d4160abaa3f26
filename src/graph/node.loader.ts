import type { ApiKeyRow } from '../domain/actors/api-keys.ts';
import type { DirectoryRow } from '../domain/directories/directories.store.ts';
import type { ScimTokenRow } from '../domain/directory-credentials/scim-tokens.ts';
import type { DomainEventRow } from '../domain/events/domain-events.ts';
import type { ProvisioningEventRow } from '../domain/events/provisioning-events.ts';
import { inOrderOf } from '../domain/id.ts';
import type { LinkRow } from '../domain/links/links.store.ts';
import type { FoundNode } from '../domain/nodes.ts';
import type { GrantRow } from '../domain/permissions/grants.store.ts';
import type { SpaceRow } from '../domain/permissions/spaces.store.ts';
import type { BatchRead } from './context.ts';

export const nodesById: BatchRead<FoundNode | undefined> = (domain, actor, ids) => domain.nodes.find(actor, ids);

export const apiKeysById: BatchRead<ApiKeyRow | undefined> = (domain, actor, ids) => domain.apiKeys.getMany(actor, ids);

export const directoriesById: BatchRead<DirectoryRow | undefined> = async (domain, actor, ids) =>
  inOrderOf(ids, await domain.directories.getMany(actor, ids));

export const domainEventsById: BatchRead<DomainEventRow | undefined> = (domain, actor, ids) =>
  domain.domainEvents.getMany(actor, ids);

export const grantsById: BatchRead<GrantRow | undefined> = (domain, actor, ids) => domain.grants.getMany(actor, ids);

export const linksById: BatchRead<LinkRow | undefined> = (domain, actor, ids) => domain.links.getMany(actor, ids);

export const provisioningEventsById: BatchRead<ProvisioningEventRow | undefined> = (domain, actor, ids) =>
  domain.provisioningEvents.getMany(actor, ids);

export const scimTokensById: BatchRead<ScimTokenRow | undefined> = (domain, actor, ids) =>
  domain.scimTokens.getMany(actor, ids);

export const spacesById: BatchRead<SpaceRow | undefined> = (domain, actor, ids) => domain.spaces.getMany(actor, ids);
