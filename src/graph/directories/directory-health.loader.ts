import type { DirectoryHealthFacts } from '../../domain/directories/directory-health.ts';
import type { BatchRead } from '../context.ts';

export const healthOfDirectories: BatchRead<DirectoryHealthFacts | undefined> = (domain, actor, ids) =>
  domain.directoryHealth.getMany(actor, ids);
