import type { Domain } from '../domain/domain.ts';
import { isId } from '../domain/id.ts';
import type { UserRow } from '../domain/users/users.store.ts';
import { allItems } from './all-items.ts';
import { CommandError } from './command-error.ts';
import type { FoundOrganization } from './find-organization.ts';
import { notFoundAs } from './not-found-as.ts';

const likeMax = 5;

/** The user of an id, or of a userName in any case. Throws CommandError that names users of a similar name. */
export async function findUser(domain: Domain, { operator, name }: FoundOrganization, text: string): Promise<UserRow> {
  if (isId(text)) {
    return domain.users.get(operator, text).catch(notFoundAs(`${name} has no user with the id ${text}.`));
  }
  const candidates = await allItems((page) => domain.users.list(operator, page, { search: text }));
  const found = candidates.find((user) => isSameName(user.userName, text));
  if (found) return found;
  const search = text.split('@')[0] ?? text;
  const { items } = await domain.users.list(operator, { first: likeMax }, { search: search.slice(0, 3) });
  const like = items.map((user) => user.userName).join(' or ');
  const hint = like === '' ? 'Give the userName or the id.' : `Did you mean ${like}?`;
  throw new CommandError('notFound', `${name} has no user "${text}". ${hint}`);
}

function isSameName(left: string, right: string): boolean {
  return left.localeCompare(right, 'en', { sensitivity: 'accent' }) === 0;
}
