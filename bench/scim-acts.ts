import { ENTERPRISE_USER_SCHEMA } from '../src/attributes/urns.ts';
import type { Act, ActPlan } from './acts.ts';
import { entraUser, userNameOf } from './entra-user.ts';
import { type SeededDirectory, seedDirectory, seedDirectoryGroups, seedMembers, settleDatabases } from './seed.ts';
import type { Stage } from './stage.ts';

const PAGE = 1_000;
const BULK_OPERATIONS = 1_000;
const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** What an identity provider does with a large directory over HTTP: pages, filters, a bulk, a large group. */
export const scimActs: ActPlan = {
  name: 'scim',
  async open(stage: Stage): Promise<Act[][]> {
    const people = await seedDirectory(stage, 'scim', stage.isLarge ? 100_000 : 10_000);
    const [groupId = ''] = await seedDirectoryGroups(stage, people, 'Everybody', 1);
    const { organizationId, userIds } = people;
    const groupIds = userIds.map(() => groupId);
    await seedMembers(stage, 'directory_group_members', organizationId, { groupIds, userIds });
    await settleDatabases(stage);
    const scim = await openScim(stage, people);
    return [await pages(scim, people), filters(scim, people), bulk(scim), group(scim, groupId, userIds.length)];
  },
};

interface Scim {
  /** The parsed answer, read whole. Throws unless it is a success. */
  ask(path: string, body?: object): Promise<Record<string, unknown>>;
  /** Resolves when the answer begins, and goes away. */
  begin(path: string): Promise<void>;
}

async function openScim(stage: Stage, { directoryId, token }: SeededDirectory): Promise<Scim> {
  const { port } = await stage.rollcall();
  const send = async (path: string, body?: object, signal?: AbortSignal) => {
    const response = await fetch(`http://127.0.0.1:${port}/scim/v2/${directoryId}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return response;
  };
  return {
    ask: async (path, body) => (await (await send(path, body)).json()) as Record<string, unknown>,
    begin: async (path) => {
      const leaving = new AbortController();
      const reader = (await send(path, undefined, leaving.signal)).body?.getReader();
      await reader?.read();
      leaving.abort();
    },
  };
}

/** The first and the last page of a walk, by either method: they should cost the same. */
async function pages({ ask }: Scim, { userIds }: SeededDirectory): Promise<Act[]> {
  const cursors = [''];
  for (let cursor: unknown = ''; typeof cursor === 'string'; ) {
    const page = await ask(`/Users?cursor=${encodeURIComponent(cursor)}&count=${PAGE}`);
    cursor = page.nextCursor;
    if (typeof cursor === 'string') cursors.push(cursor);
  }
  const last = cursors.at(-1) ?? '';
  for (let startIndex = 1; startIndex <= userIds.length; startIndex += PAGE) {
    await ask(`/Users?startIndex=${startIndex}&count=${PAGE}`);
  }
  const lastIndex = userIds.length - PAGE + 1;
  const size = `${userIds.length.toLocaleString('en')} users`;
  const page = (name: string, path: string): Act => ({
    name: `${name}, ${PAGE}`,
    size,
    run: async () => {
      const { Resources } = await ask(path);
      if (!Array.isArray(Resources) || Resources.length !== PAGE) throw new Error(`${path} has no whole page.`);
    },
  });
  return [
    page('first page by index', `/Users?startIndex=1&count=${PAGE}`),
    page('last page by index', `/Users?startIndex=${lastIndex}&count=${PAGE}`),
    page('first page by cursor', `/Users?cursor=&count=${PAGE}`),
    page('last page by cursor', `/Users?cursor=${encodeURIComponent(last)}&count=${PAGE}`),
  ];
}

/** One person, or a few, found among all by what is indexed. */
function filters({ ask }: Scim, { userIds }: SeededDirectory): Act[] {
  const number = Math.floor(userIds.length / 2) + 7;
  const userName = userNameOf('scim', number);
  const phone = (entraUser('scim', number).phoneNumbers as { value: string }[])[0]?.value ?? '';
  const texts = [
    `id eq "${userIds[number]}"`,
    `externalId eq "scim-${number}"`,
    `userName eq "${userName.toUpperCase()}"`,
    `userName sw "scim-${number}"`,
    `emails.value eq "${userName}"`,
    `emails[type eq "work"].value eq "${userName}"`,
    `phoneNumbers.value eq "${phone}"`,
    `${ENTERPRISE_USER_SCHEMA}:employeeNumber eq "${100_000 + number}"`,
    `id eq "${userIds[number]}" and manager eq "${userIds[0]}"`,
    `meta.created gt "2100-01-01T00:00:00Z"`,
  ];
  return texts.map((text) => ({
    name: `filter ${text.replace(/ "[^"]*"/g, ' …').replace(`${ENTERPRISE_USER_SCHEMA}:`, '')}`,
    size: `${userIds.length.toLocaleString('en')} users`,
    run: () => ask(`/Users?filter=${encodeURIComponent(text)}&count=10`),
  }));
}

function bulk({ ask }: Scim): Act[] {
  let run = 0;
  return [
    {
      name: 'Bulk of creates',
      size: `${BULK_OPERATIONS.toLocaleString('en')} operations`,
      run: async () => {
        run += 1;
        const prefix = `bulk-${run}`;
        const Operations = Array.from({ length: BULK_OPERATIONS }, (_, number) => ({
          method: 'POST',
          path: '/Users',
          bulkId: `${number}`,
          data: entraUser(prefix, number),
        }));
        const answer = await ask('/Bulk', { schemas: [BULK_REQUEST], Operations });
        const done = (answer.Operations as { status: string }[]).filter(({ status }) => status === '201');
        if (done.length !== BULK_OPERATIONS) throw new Error(`${done.length} of the operations were done.`);
      },
    },
  ];
}

function group({ ask, begin }: Scim, groupId: string, count: number): Act[] {
  const size = `${count.toLocaleString('en')} members`;
  return [
    { name: 'first bytes of a group', size, run: () => begin(`/Groups/${groupId}`) },
    {
      name: 'a group read whole',
      size,
      run: async () => {
        const { members } = await ask(`/Groups/${groupId}`);
        if (!Array.isArray(members) || members.length !== count) throw new Error('Members are missing.');
      },
    },
    { name: 'a group without members', size, run: () => ask(`/Groups/${groupId}?excludedAttributes=members`) },
  ];
}
