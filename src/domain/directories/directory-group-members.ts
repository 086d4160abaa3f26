import type { Database } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import { DomainError } from '../domain-error.ts';
import { isId } from '../id.ts';
import { requireDirectory, requireScope } from './directory-access.ts';
import { type DirectoryGroupMember, membersOfGroups } from './directory-group-members.store.ts';

/** Absent: the first thousand. */
export interface MemberPage {
  first?: number | null | undefined;
  /** The id of the last member of the page before. */
  after?: string | null | undefined;
}

export const MEMBERS_DEFAULT = 1_000;
export const MEMBERS_MAX = 5_000;
/** Before every id that there is. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Reads who is in the groups of a directory, a page at a time: a group may have a hundred thousand members. */
export class DirectoryGroupMembers {
  readonly #database: Database;

  constructor({ database }: { database: Database }) {
    this.#database = database;
  }

  /**
   * A page of the direct members of each group, in the order of their ids; after a full page there may be more. The groups
   * are those that the directory was found to have. Throws `invalidValue`.
   */
  async list(
    actor: Actor,
    groups: { directoryId: string; ids: readonly string[] },
    page: MemberPage = {},
  ): Promise<DirectoryGroupMember[][]> {
    requireDirectory(actor, groups.directoryId);
    requireScope(actor, 'groups:read');
    const { first, after } = readPage(page);
    const rows = await this.#database.run(actor.organizationId, membersOfGroups, groups.ids, after, first);
    const members = new Map(rows.map((row) => [row.id, row.members]));
    return groups.ids.map((id) => members.get(id) ?? []);
  }
}

function readPage(page: MemberPage): { first: number; after: string } {
  const first = page.first ?? MEMBERS_DEFAULT;
  if (!Number.isInteger(first) || first < 0 || first > MEMBERS_MAX) {
    const message = `first must be a whole number from 0 to ${MEMBERS_MAX}.`;
    throw new DomainError('invalidValue', message, { path: 'first' });
  }
  const after = page.after ?? FIRST_ID;
  if (!isId(after)) throw new DomainError('invalidValue', 'after is the id of a member.', { path: 'after' });
  return { first, after };
}
