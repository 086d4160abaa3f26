import type { Actor } from '../domain/actors/actor.ts';
import type { DirectoryRow } from '../domain/directories/directories.store.ts';
import type { Domain } from '../domain/domain.ts';
import { operatorOfDirectory } from './find-organization.ts';

/** The one word of the commands on a directory. */
export const directoryArgument = {
  placeholder: 'DIRECTORY_ID',
  description: 'From: rollcall directory list --org SLUG.',
} as const;

/** A directory, and its organization's operator. Throws CommandError for an unknown one. */
export async function findDirectory(domain: Domain, id: string): Promise<{ operator: Actor; directory: DirectoryRow }> {
  const operator = await operatorOfDirectory(domain, id);
  const directory = await domain.directories.get(operator, id);
  if (!directory) throw new Error(`The directory ${id} has an address, but no row.`);
  return { operator, directory };
}
