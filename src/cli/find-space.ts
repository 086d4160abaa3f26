import type { Domain } from '../domain/domain.ts';
import { isId } from '../domain/id.ts';
import type { SpaceRow } from '../domain/permissions/spaces.store.ts';
import { allItems } from './all-items.ts';
import { CommandError } from './command-error.ts';
import type { FoundOrganization } from './find-organization.ts';
import { nearestName } from './nearest-name.ts';
import { notFoundAs } from './not-found-as.ts';

/** The space of an id, a name in any case, or an external id. Throws CommandError that names the nearest. */
export async function findSpace(
  domain: Domain,
  { operator, name, slug }: FoundOrganization,
  text: string,
): Promise<SpaceRow> {
  if (isId(text)) {
    return domain.spaces.get(operator, text).catch(notFoundAs(`${name} has no space with the id ${text}.`));
  }
  const spaces = await allItems((page) => domain.spaces.list(operator, page));
  const found =
    spaces.find((space) => space.name.toLowerCase() === text.toLowerCase()) ??
    spaces.find((space) => space.externalId === text);
  if (found) return found;
  const names = spaces.map((space) => space.name);
  const near = nearestName(text, names);
  const hint = near === undefined ? `See: npx rollcall space list --org ${slug}` : `Did you mean "${near}"?`;
  throw new CommandError('notFound', `${name} has no space "${text}". ${hint}`);
}
