import type { LinkRow } from '../../domain/links/links.store.ts';
import type { BatchRead } from '../context.ts';

export const linksOfUsers: BatchRead<LinkRow[]> = (domain, actor, ids) => domain.links.ofUsers(actor, ids);

export const linksOfGroups: BatchRead<LinkRow[]> = (domain, actor, ids) => domain.links.ofGroups(actor, ids);
