import type { ScimTokenRow } from '../../domain/directory-credentials/scim-tokens.ts';
import type { BatchRead } from '../context.ts';

export const tokensOfDirectories: BatchRead<ScimTokenRow[]> = (domain, actor, ids) =>
  domain.scimTokens.listMany(actor, ids);
