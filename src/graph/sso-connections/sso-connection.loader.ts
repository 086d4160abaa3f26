import type { ConnectionRow } from '../../domain/connections/connections.store.ts';
import type { BatchRead } from '../context.ts';

export const ssoConnectionsById: BatchRead<ConnectionRow | undefined> = (domain, actor, ids) =>
  domain.connections.getMany(actor, ids);
