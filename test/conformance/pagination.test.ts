// Both paginations: by index (RFC 7644 §3.4.2.4) and by cursor (RFC 9865), on users, groups and searches.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, resourcesOf, type ScimAnswer } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { urns } from './urns.ts';

const USERS = 11;
let service: TestService;
let connected: Connected;

beforeAll(async () => {
  service = await startTestService();
  connected = await filled();
});
afterAll(() => service.close());

async function filled(): Promise<Connected> {
  const fresh = await service.connected();
  for (let number = 1; number <= USERS; number += 1) {
    const schemas = [urns.user];
    await fresh.scim.post('/Users', {
      schemas,
      userName: `user-${number}@x.example`,
      title: number % 2 ? 'odd' : 'even',
    });
  }
  for (const displayName of ['A', 'B', 'C']) await fresh.scim.post('/Groups', { schemas: [urns.group], displayName });
  return fresh;
}

const idsIn = (answer: ScimAnswer) => resourcesOf(answer).map(({ id }) => String(id));

describe('by index', () => {
  it.for([1, 2, 5, 11, 12])('walks all users in pages of %i, each once', async (count) => {
    const seen: string[] = [];
    for (let startIndex = 1; startIndex <= USERS; startIndex += count) {
      const answer = await connected.scim.get(`/Users?startIndex=${startIndex}&count=${count}`);
      const page = idsIn(answer);
      expect(answer.body).toMatchObject({
        schemas: [urns.listResponse],
        totalResults: USERS,
        startIndex,
        itemsPerPage: page.length,
      });
      expect(page.length).toBe(Math.min(count, USERS - startIndex + 1));
      seen.push(...page);
    }
    expect(new Set(seen).size).toBe(USERS);
    expect(seen).toEqual(idsIn(await connected.scim.get('/Users')));
  });

  it('reads a startIndex below 1 as 1 and a negative count as 0', async () => {
    const first = idsIn(await connected.scim.get('/Users?count=2'));
    for (const startIndex of [0, -3]) {
      const answer = await connected.scim.get(`/Users?startIndex=${startIndex}&count=2`);
      expect([answer.body.startIndex, idsIn(answer)]).toEqual([1, first]);
    }
    const none = await connected.scim.get('/Users?count=-1');
    expect([none.body.totalResults, none.body.Resources ?? []]).toEqual([USERS, []]);
  });

  it('answers a count of 0 with the total alone, and nothing past the end', async () => {
    const total = await connected.scim.get('/Users?count=0');
    const past = await connected.scim.get(`/Users?startIndex=${USERS + 5}&count=5`);
    for (const { status, body } of [total, past])
      expect([status, body.totalResults, body.itemsPerPage, body.Resources ?? []]).toEqual([200, USERS, 0, []]);
  });

  it('counts what a filter finds, page by page', async () => {
    const answer = await connected.scim.get('/Users?filter=title+eq+%22odd%22&startIndex=5&count=5');
    expect([answer.body.totalResults, idsIn(answer).length]).toEqual([6, 2]);
  });

  it('refuses what is no integer', async () => {
    for (const query of ['startIndex=one', 'count=1.5']) {
      const { status, body } = await connected.scim.get(`/Users?${query}`);
      expect([status, body.scimType], query).toEqual([400, 'invalidValue']);
    }
  });

  it('pages groups', async () => {
    const pages = [1, 2, 3].map((startIndex) => connected.scim.get(`/Groups?startIndex=${startIndex}&count=1`));
    const seen = (await Promise.all(pages)).flatMap(idsIn);
    expect(new Set(seen).size).toBe(3);
  });

  it('keeps totalResults exact while people come and go', async () => {
    const { scim } = await filled();
    const [first = ''] = idsIn(await scim.get('/Users?count=1'));
    await scim.delete(`/Users/${first}`);
    expect((await scim.get('/Users?count=0')).body.totalResults).toBe(USERS - 1);
    await scim.post('/Users', { schemas: [urns.user], userName: 'late@x.example' });
    expect((await scim.get('/Users?count=0')).body.totalResults).toBe(USERS);
  });

  it('skips and doubles nobody when those who were seen are deleted', async () => {
    const { scim } = await filled();
    const all = idsIn(await scim.get('/Users'));
    const seen: string[] = [];
    for (let startIndex = 1; seen.length < USERS && startIndex < 50; startIndex += 3) {
      const page = idsIn(await scim.get(`/Users?startIndex=${startIndex}&count=3`));
      seen.push(...page);
      for (const id of page) await scim.delete(`/Users/${id}`);
    }
    expect(seen).toEqual(all);
  });
});

describe('by cursor', () => {
  async function walk(path: string): Promise<{ pages: string[][]; answers: ScimAnswer[] }> {
    const pages: string[][] = [];
    const answers: ScimAnswer[] = [];
    const separator = path.includes('?') ? '&' : '?';
    let cursor: unknown = '';
    while (typeof cursor === 'string' && pages.length < 50) {
      const answer = await connected.scim.get(`${path}${separator}cursor=${cursor}`);
      pages.push(idsIn(answer));
      answers.push(answer);
      cursor = answer.body.nextCursor;
    }
    return { pages, answers };
  }

  it.for([1, 3, 11, 20])(
    'walks all users in pages of %i, each once, and says no nextCursor on the last',
    async (count) => {
      const { pages, answers } = await walk(`/Users?count=${count}`);
      expect(new Set(pages.flat()).size).toBe(USERS);
      expect(pages.flat()).toHaveLength(USERS);
      for (const { body } of answers) {
        expect(body).toMatchObject({ schemas: [urns.listResponse], totalResults: USERS });
        expect(body.itemsPerPage).toBe(resourcesOf({ body } as ScimAnswer).length);
      }
      expect(answers.at(-1)?.body).not.toHaveProperty('nextCursor');
    },
  );

  it('begins with an empty cursor and with one without "="', async () => {
    const empty = await connected.scim.get('/Users?cursor=&count=4');
    const bare = await connected.scim.get('/Users?cursor&count=4');
    expect([idsIn(bare), typeof bare.body.nextCursor]).toEqual([idsIn(empty), 'string']);
  });

  it('uses only unreserved characters (§2)', async () => {
    const { nextCursor } = (await connected.scim.get('/Users?cursor=&count=2')).body;
    expect(nextCursor).toMatch(/^[A-Za-z0-9._~-]+$/);
  });

  it('goes back by previousCursor, where there is one', async () => {
    const { answers, pages } = await walk('/Users?count=4');
    expect(answers[0]?.body).not.toHaveProperty('previousCursor');
    const { previousCursor } = answers[1]?.body ?? {};
    if (previousCursor !== undefined) {
      const back = await connected.scim.get(`/Users?count=4&cursor=${String(previousCursor)}`);
      expect(idsIn(back)).toEqual(pages[0]);
    }
  });

  it('keeps filter and sort over the pages', async () => {
    const { pages } = await walk('/Users?filter=title+eq+%22odd%22&sortBy=userName&sortOrder=descending&count=2');
    const all = await connected.scim.get('/Users?filter=title+eq+%22odd%22&sortBy=userName&sortOrder=descending');
    expect(pages.flat()).toEqual(idsIn(all));
    expect(pages.map((page) => page.length)).toEqual([2, 2, 2]);
  });

  it('walks groups and searches', async () => {
    expect((await walk('/Groups?count=2')).pages.flat()).toHaveLength(3);
    const search = { schemas: [urns.searchRequest], cursor: '', count: 6 };
    const first = await connected.scim.post('/Users/.search', search);
    const second = await connected.scim.post('/Users/.search', { ...search, cursor: first.body.nextCursor });
    expect(new Set([...idsIn(first), ...idsIn(second)]).size).toBe(USERS);
    expect(second.body).not.toHaveProperty('nextCursor');
  });

  it('skips and doubles nobody when others come and go', async () => {
    const { scim } = await filled();
    const all = idsIn(await scim.get('/Users'));
    const first = await scim.get('/Users?cursor=&count=4');
    for (const id of idsIn(first)) await scim.delete(`/Users/${id}`);
    const second = await scim.get(`/Users?cursor=${String(first.body.nextCursor)}&count=4`);
    const third = await scim.get(`/Users?cursor=${String(second.body.nextCursor)}&count=4`);
    expect([first, second, third].flatMap(idsIn)).toEqual(all);
  });

  it('refuses what is no cursor, one of another query and one of another directory with invalidCursor (§2.1)', async () => {
    const { nextCursor } = (await connected.scim.get('/Users?cursor=&count=2')).body;
    const foreign = await service.connected();
    const answers = [
      await connected.scim.get('/Users?cursor=nonsense'),
      await connected.scim.get(`/Users?cursor=x${String(nextCursor)}`),
      await connected.scim.get(`/Users?cursor=${String(nextCursor)}&filter=title+pr`),
      await connected.scim.get(`/Users?cursor=${String(nextCursor)}&sortBy=title`),
      await connected.scim.get(`/Groups?cursor=${String(nextCursor)}`),
      await foreign.scim.get(`/Users?cursor=${String(nextCursor)}`),
    ];
    for (const { status, body } of answers)
      expect([status, body.schemas, body.scimType]).toEqual([400, [urns.error], 'invalidCursor']);
  });

  it('refuses a count that is none with invalidCount (§2.1)', async () => {
    const { status, body } = await connected.scim.get('/Users?cursor=&count=many');
    expect([status, body.scimType]).toEqual([400, 'invalidCount']);
  });

  it('leaves clients alone that ask for neither: no cursor is needed (§2.3, §2.4)', async () => {
    const answer = await connected.scim.get('/Users');
    expect([answer.status, idsIn(answer).length]).toEqual([200, USERS]);
    expect(answer.body).toMatchObject({ startIndex: 1, itemsPerPage: USERS });
  });

  it('says in ServiceProviderConfig what it offers (§4)', async () => {
    const { body } = await connected.scim.get('/ServiceProviderConfig');
    expect(body.pagination).toEqual({
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: expect.any(Number),
      maxPageSize: expect.any(Number),
      cursorTimeout: expect.any(Number),
    });
  });
});

it('gives the id of every page under its own address', async () => {
  const [id = ''] = idsIn(await connected.scim.get('/Users?cursor=&count=1'));
  expect(idOf(await connected.scim.get(`/Users/${id}`))).toBe(id);
});
