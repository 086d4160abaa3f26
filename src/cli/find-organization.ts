import type { Actor } from '../domain/actors/actor.ts';
import type { Domain } from '../domain/domain.ts';
import { CommandError } from './command-error.ts';
import { nearestName } from './nearest-name.ts';

export interface FoundOrganization {
  id: string;
  name: string;
  slug: string;
  /** The operator inside it, as whom every command acts. */
  operator: Actor;
}

/** The organization of a slug, also of an earlier one, whatever its status. Throws CommandError that names the nearest. */
export async function findOrganization(domain: Domain, slug: string): Promise<FoundOrganization> {
  const found = await domain.organizations.findInAnyStatus(slug);
  if (found) return { ...found, operator: operatorOf(found.id) };
  const slugs = (await domain.organizations.list()).map((organization) => organization.slug);
  const near = nearestName(slug, slugs);
  const hint = near === undefined ? 'See: npx rollcall org list' : `Did you mean "${near}"?`;
  throw new CommandError('notFound', `There is no organization with the slug "${slug}". ${hint}`);
}

/** The directory's organization, as its operator. Throws CommandError for an unknown directory. */
export async function operatorOfDirectory(domain: Domain, directoryId: string): Promise<Actor> {
  const organizationId = await domain.directories.organizationOf(directoryId);
  if (organizationId !== undefined) return operatorOf(organizationId);
  const hint = 'See: npx rollcall directory list --org SLUG';
  throw new CommandError('notFound', `There is no directory with the id "${directoryId}". ${hint}`);
}

function operatorOf(organizationId: string): Actor {
  return { kind: 'operator', organizationId };
}
