import { v7 as uuid } from 'uuid';
import { statement } from '../../../src/database/statement.ts';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import type { MemberDelta } from '../../../src/domain/directories/member-deltas.ts';
import type { LinkRow } from '../../../src/domain/links/links.store.ts';
import { aCall, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';

const eventsOfType = statement<{ data: Record<string, unknown> }>(
  'select data from domain_events where organization_id = $1 and type = $2 order by id',
);

/** One organization with a directory, in the words of the tests of links. */
export class LinkWorld {
  readonly domain: TestDomain['domain'];
  readonly at: TestDirectory;
  readonly #database: TestDomain['database'];

  constructor(test: Pick<TestDomain, 'domain' | 'database'>, at: TestDirectory) {
    this.#database = test.database;
    this.domain = test.domain;
    this.at = at;
  }

  /** People in the directory, each with a user of the product, in the order asked for. */
  async people(...userNames: string[]): Promise<{ id: string; userId: string }[]> {
    const people: { id: string; userId: string }[] = [];
    for (const userName of userNames) {
      const id = await this.push({ userName });
      people.push({ id, userId: (await this.linkOf(id))?.targetId ?? '' });
    }
    return people;
  }

  /** A record of a person, from this directory or another. */
  async push(resource: object, from: Actor = this.at.directory): Promise<string> {
    const directoryId = from.kind === 'directory' ? from.directoryId : '';
    return (await this.domain.directoryUsers.create(from, aCall, { directoryId, resource })).id;
  }

  async pushGroup(displayName: string, memberIds: string[] = [], externalId = `ext-${displayName}`): Promise<string> {
    const { directory, directoryId } = this.at;
    const resource = externalId === '' ? { displayName } : { displayName, externalId };
    return (await this.domain.directoryGroups.create(directory, aCall, { directoryId, resource, memberIds })).id;
  }

  async changeGroup(id: string, input: { displayName?: string; members?: MemberDelta[] }): Promise<void> {
    await this.domain.directoryGroups.change(this.at.directory, aCall, {
      directoryId: this.at.directoryId,
      id,
      ...input,
    });
  }

  async deleteGroup(id: string): Promise<void> {
    await this.domain.directoryGroups.delete(this.at.directory, aCall, { directoryId: this.at.directoryId, id });
  }

  /** A group of the product with manual members. */
  async group(name: string, userIds: string[] = []): Promise<string> {
    const { id } = await this.domain.groups.create(this.at.operator, { name });
    if (userIds.length > 0) await this.domain.groups.addMembers(this.at.operator, id, userIds);
    return id;
  }

  async user(userName: string): Promise<string> {
    return (await this.domain.users.create(this.at.operator, { userName })).id;
  }

  async grant(to: { groupId: string } | { userId: string }, ...permissions: string[]): Promise<string> {
    const set = await this.domain.permissionSets.create(this.at.operator, { name: `Set ${uuid()}`, permissions });
    const grant = { permissionSetId: set.id, ...to, confirmsDirectoryMembership: true };
    return (await this.domain.grants.grant(this.at.operator, grant)).id;
  }

  async links(): Promise<LinkRow[]> {
    return (await this.domain.links.list(this.at.operator, {}, { first: 500 })).items;
  }

  /** The link of a directory's record that is not history. */
  async linkOf(recordId: string): Promise<LinkRow | undefined> {
    return (await this.links()).find((link) => link.directoryRecordId === recordId && link.state !== 'superseded');
  }

  async approve(link: LinkRow | undefined, actor: Actor = this.at.operator): Promise<LinkRow> {
    const { digest } = await this.domain.links.preview(this.at.operator, link?.id ?? '');
    return this.domain.linkDecisions.approve(actor, { id: link?.id ?? '', digest });
  }

  /** What the domain events of a type say, the oldest first. */
  async events(type: string): Promise<Record<string, unknown>[]> {
    const rows = await this.#database.run(this.at.organizationId, eventsOfType, type);
    return rows.map((row) => row.data);
  }

  /** Who is effectively in a group, by userName and how. */
  async members(groupId: string): Promise<Record<string, string>> {
    const { items } = await this.domain.groups.listMembers(this.at.operator, groupId, { first: 500 });
    return Object.fromEntries(items.map((member) => [member.userName, member.source]));
  }

  async groupNames(): Promise<string[]> {
    return (await this.domain.groups.list(this.at.operator, {})).items.map((group) => group.name).sort();
  }

  async may(userId: string, permission: string): Promise<boolean> {
    return this.domain.access.check(this.at.operator, { userId, permission });
  }

  /** An API key that may decide on links and holds the permissions besides. */
  anAdmin(...permissions: string[]): Actor {
    const { organizationId } = this.at;
    const held = new Set(['rollcall:links', 'rollcall:groups', ...permissions]);
    return { kind: 'apiKey', organizationId, id: uuid(), name: 'admin', permissions: held };
  }
}
