// Sorting (RFC 7644 §3.4.2.3), searching (§3.4.3), and both ways of paging (§3.4.2.4, RFC 9865) while people come and go.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA, LIST_RESPONSE, SEARCH_REQUEST } from '../../src/attributes/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { entraGroup, entraUser } from './entra-requests.ts';
import { idOf, resourcesOf, type ScimAnswer, type ScimClient } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

/** A directory with people of these names, in this order. */
async function directoryOf(...names: string[]): Promise<Connected & { ids: string[] }> {
  const connected = await service.connected();
  const ids: string[] = [];
  for (const name of names) ids.push(idOf(await connected.scim.post('/Users', entraUser(name))));
  return { ...connected, ids };
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `person-${String(number).padStart(3, '0')}`);
}

function idsOf(answer: ScimAnswer): unknown[] {
  return resourcesOf(answer).map(({ id }) => id);
}

/** Walks by cursor to the end; `between` runs after each page. */
async function walkByCursor(
  scim: ScimClient,
  query: string,
  between: (page: number) => Promise<unknown> = async () => undefined,
): Promise<{ seen: unknown[]; answers: ScimAnswer[] }> {
  const seen: unknown[] = [];
  const answers: ScimAnswer[] = [];
  for (let cursor: unknown = ''; cursor !== undefined; ) {
    const answer = await scim.get(`/Users?${query}&cursor=${cursor}`);
    answers.push(answer);
    seen.push(...idsOf(answer));
    cursor = answer.body.nextCursor;
    await between(answers.length);
  }
  return { seen, answers };
}

/** Walks by index until the total is reached, as importers do. */
async function walkByIndex(
  scim: ScimClient,
  query: string,
  count: number,
  between: (page: number) => Promise<unknown> = async () => undefined,
): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let startIndex = 1, page = 1; ; page += 1) {
    const answer = await scim.get(`/Users?${query}&startIndex=${startIndex}&count=${count}`);
    const ids = idsOf(answer);
    seen.push(...ids);
    startIndex += ids.length;
    if (ids.length === 0 || startIndex > Number(answer.body.totalResults)) return seen;
    await between(page);
  }
}

describe('pages by cursor', () => {
  it('go to the end and back, with the whole total and without an index', async () => {
    const { scim, ids } = await directoryOf(...numbered(25));
    const first = await scim.get('/Users?cursor&count=10&attributes=userName');
    expect(first.body).toEqual({
      schemas: [LIST_RESPONSE],
      totalResults: 25,
      itemsPerPage: 10,
      nextCursor: expect.stringMatching(/^[A-Za-z0-9._~-]+$/),
      Resources: expect.any(Array),
    });
    const { seen, answers } = await walkByCursor(scim, 'count=10');
    expect(seen).toEqual(ids);
    expect(answers.map(({ body }) => [body.totalResults, body.itemsPerPage])).toEqual([
      [25, 10],
      [25, 10],
      [25, 5],
    ]);
    const back = await scim.get(`/Users?count=10&cursor=${answers[2]?.body.previousCursor}`);
    expect(idsOf(back)).toEqual(ids.slice(10, 20));
    const further = await scim.get(`/Users?count=10&cursor=${back.body.previousCursor}`);
    expect([idsOf(further), further.body.previousCursor]).toEqual([ids.slice(0, 10), undefined]);
    const again = await scim.get(`/Users?count=10&cursor=${further.body.nextCursor}`);
    expect(idsOf(again)).toEqual(ids.slice(10, 20));
  });

  it('miss nobody and show nobody twice while people are deleted and added', async () => {
    const { scim, ids } = await directoryOf(...numbered(30));
    const added: string[] = [];
    const { seen } = await walkByCursor(scim, 'count=7', async (page) => {
      await scim.delete(`/Users/${ids[(page - 1) * 7]}`);
      await scim.delete(`/Users/${ids[page * 7 - 1]}`);
      if (page < 4) added.push(idOf(await scim.post('/Users', entraUser(`late-${page}`))));
    });
    expect(seen).toEqual([...ids, ...added]);
  });

  it('keep filter and sorting, and the total of a filter', async () => {
    const { scim, ids } = await directoryOf(...numbered(25));
    const query = `count=4&filter=${encodeURIComponent('userName sw "person-01"')}&sortBy=userName&sortOrder=descending`;
    const { seen, answers } = await walkByCursor(scim, query);
    expect(seen).toEqual(ids.slice(10, 20).reverse());
    expect(answers.map(({ body }) => body.totalResults)).toEqual([10, 10, 10]);
  });

  it('hold across processes, because they say all there is to know', async () => {
    const { scim, ids, directory } = await directoryOf(...numbered(6));
    const first = await scim.get('/Users?cursor=&count=4');
    const other = service.scim(directory);
    expect(idsOf(await other.get(`/Users?count=4&cursor=${first.body.nextCursor}`))).toEqual(ids.slice(4));
  });

  it.for(['', '&startIndex=1', '&startIndex=7', '&startIndex=nonsense'])(
    'decide where an index is given too: %s',
    async (more) => {
      const { scim, ids } = await directoryOf('ada', 'bob');
      const answer = await scim.get(`/Users?cursor=&count=1${more}`);
      expect([answer.status, idsOf(answer), answer.body.startIndex]).toEqual([200, ids.slice(0, 1), undefined]);
    },
  );

  it('are refused where they are invented, of another list, or of another directory', async () => {
    const { scim } = await directoryOf('ada', 'bob', 'eve');
    const other = await directoryOf('ada', 'bob');
    const { body } = await scim.get('/Users?cursor=&count=1');
    for (const [asking, query] of [
      [scim, 'cursor=nonsense'],
      [scim, 'cursor=%F0%9F%98%80'],
      [scim, `cursor=${'a'.repeat(9_000)}`],
      [scim, `cursor=${Buffer.from('[1,"x"]').toString('base64url')}`],
      [scim, `cursor=${body.nextCursor}&sortBy=userName`],
      [scim, `cursor=${body.nextCursor}&filter=${encodeURIComponent('userName pr')}`],
      [other.scim, `cursor=${body.nextCursor}`],
    ] as const) {
      const answer = await asking.get(`/Users?${query}`);
      expect([query.slice(0, 40), answer.status, answer.body.scimType]).toEqual([
        query.slice(0, 40),
        400,
        'invalidCursor',
      ]);
    }
    const groups = await scim.get(`/Groups?cursor=${body.nextCursor}`);
    expect(groups.body.scimType).toBe('invalidCursor');
  });

  it.for(['0', '-1', 'ten', '1.5'])('need a count of at least one, not %s', async (count) => {
    const { scim } = await directoryOf('ada');
    const answer = await scim.get(`/Users?cursor=&count=${count}`);
    expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidCount']);
  });

  it('are announced with their lifetime (RFC 9865 §4)', async () => {
    const { scim } = await directoryOf();
    const { body } = await scim.get('/ServiceProviderConfig');
    expect([body.pagination, body.sort]).toEqual([
      {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 1000,
        cursorTimeout: 3600,
      },
      { supported: true },
    ]);
  });
});

describe('pages by index', () => {
  it('miss nobody and show nobody twice while people are deleted and added', async () => {
    const { scim, ids } = await directoryOf(...numbered(30));
    const added: string[] = [];
    const seen = await walkByIndex(scim, '', 7, async (page) => {
      await scim.delete(`/Users/${ids[(page - 1) * 7]}`);
      await scim.delete(`/Users/${ids[page * 7 - 1]}`);
      added.push(idOf(await scim.post('/Users', entraUser(`late-${page}`))));
    });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => ids.includes(String(id)))).toEqual(ids);
  });

  it('do so filtered and sorted too', async () => {
    const { scim, ids } = await directoryOf(...numbered(30));
    const query = `filter=${encodeURIComponent('userName co "person"')}&sortBy=displayName&sortOrder=descending`;
    const seen = await walkByIndex(scim, query, 8, (page) => scim.delete(`/Users/${ids[31 - page * 8]}`));
    expect(seen).toEqual([...ids].reverse());
  });

  it('begin anew with the first page, without what is gone', async () => {
    const { scim, ids } = await directoryOf(...numbered(12));
    expect(await walkByIndex(scim, '', 5)).toEqual(ids);
    await scim.delete(`/Users/${ids[0]}`);
    expect(await walkByIndex(scim, '', 5)).toEqual(ids.slice(1));
  });

  it('are counted off for who did not read the pages before', async () => {
    const { scim, ids } = await directoryOf(...numbered(12));
    const answer = await scim.get('/Users?startIndex=9&count=2');
    expect([idsOf(answer), answer.body.totalResults]).toEqual([ids.slice(8, 10), 12]);
  });

  it('tell the exact total after each creation and deletion', async () => {
    const { scim, ids } = await directoryOf(...numbered(5));
    const totals = async () => (await scim.get('/Users?count=0')).body.totalResults;
    expect(await totals()).toBe(5);
    await scim.delete(`/Users/${ids[2]}`);
    expect(await totals()).toBe(4);
    expect((await scim.post('/Users', entraUser('person-000'))).status).toBe(409);
    expect(await totals()).toBe(4);
    const group = idOf(await scim.post('/Groups', entraGroup('Marketing')));
    expect((await scim.get('/Groups?count=0')).body.totalResults).toBe(1);
    expect((await scim.get('/?count=0')).body.totalResults).toBe(5);
    await scim.delete(`/Groups/${group}`);
    expect((await scim.get('/Groups?count=0')).body.totalResults).toBe(0);
  });
});

describe('sorting', () => {
  async function sorted(scim: ScimClient, query: string): Promise<unknown[]> {
    const answer = await scim.get(`/Users?${query}`);
    expect(answer.status, answer.text).toBe(200);
    return resourcesOf(answer).map(({ externalId }) => String(externalId).replace('object-id-of-', ''));
  }

  async function people(): Promise<ScimClient> {
    const { scim } = await service.connected();
    const facts: [string, Record<string, unknown>][] = [
      ['b', { title: 'beta', [ENTERPRISE_USER_SCHEMA]: { employeeNumber: '10' } }],
      ['C', { title: 'Alpha', emails: [{ value: 'z@x.example' }, { value: 'a@x.example', primary: true }] }],
      ['a', { name: { familyName: 'Zed' }, emails: [{ value: 'm@x.example' }, { value: 'b@x.example' }] }],
      ['É', { title: 'beta', active: false, [ENTERPRISE_USER_SCHEMA]: { employeeNumber: '9' } }],
    ];
    for (const [name, more] of facts) await scim.post('/Users', entraUser(name, more));
    return scim;
  }

  it('goes by the attribute, whatever its case, with equals in the order of creation and the absent last', async () => {
    const scim = await people();
    expect(await sorted(scim, 'sortBy=userName')).toEqual(['a', 'b', 'C', 'É']);
    expect(await sorted(scim, 'sortBy=USERNAME&sortOrder=Descending')).toEqual(['É', 'C', 'b', 'a']);
    expect(await sorted(scim, 'sortBy=title')).toEqual(['C', 'b', 'É', 'a']);
    expect(await sorted(scim, 'sortBy=title&sortOrder=descending')).toEqual(['a', 'É', 'b', 'C']);
    expect(await sorted(scim, 'sortBy=name.familyName&sortOrder=ascending')).toEqual(['b', 'C', 'É', 'a']);
  });

  it('goes by the primary value, else the first', async () => {
    const scim = await people();
    expect(await sorted(scim, 'sortBy=emails.value')).toEqual(['C', 'b', 'a', 'É']);
    expect(await sorted(scim, 'sortBy=emails')).toEqual(['C', 'b', 'a', 'É']);
  });

  it('goes by attributes of extensions, booleans and moments', async () => {
    const scim = await people();
    expect(await sorted(scim, `sortBy=${ENTERPRISE_USER_SCHEMA}:employeeNumber`)).toEqual(['b', 'É', 'C', 'a']);
    expect(await sorted(scim, 'sortBy=active')).toEqual(['É', 'b', 'C', 'a']);
    expect(await sorted(scim, 'sortBy=meta.created&sortOrder=descending')).toEqual(['É', 'a', 'C', 'b']);
    expect(await sorted(scim, 'sortBy=id')).toEqual(['b', 'C', 'a', 'É']);
  });

  it.for([
    'title',
    'emails.value',
    'active',
    'meta.lastModified',
    'userName',
    'externalId',
    'groups.display',
    'urn:example:x:shoe',
  ])('pages by %s in both directions and from both ends', async (attribute) => {
    const scim = await people();
    for (const order of ['ascending', 'descending']) {
      const query = `sortBy=${attribute}&sortOrder=${order}`;
      const whole = idsOf(await scim.get(`/Users?${query}`));
      const { seen, answers } = await walkByCursor(scim, `${query}&count=1`);
      expect(seen).toEqual(whole);
      expect(await walkByIndex(scim, query, 1)).toEqual(whole);
      const back: unknown[] = [];
      for (let cursor = answers.at(-1)?.body.previousCursor; cursor !== undefined; ) {
        const answer = await scim.get(`/Users?${query}&count=1&cursor=${cursor}`);
        back.unshift(...idsOf(answer));
        cursor = answer.body.previousCursor;
      }
      expect(back).toEqual(whole.slice(0, -1));
    }
  });

  it.for(['sortBy=nothing', 'sortBy=name', 'sortBy=addresses', 'sortBy=password', 'sortBy=title&sortOrder=up'])(
    'answers 400 invalidValue to %s',
    async (query) => {
      const { scim } = await service.connected();
      const answer = await scim.get(`/Users?${query}`);
      expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidValue']);
    },
  );
});

describe('a search', () => {
  const request = (more: object) => ({ schemas: [SEARCH_REQUEST], ...more });

  it('answers what a GET of the list does', async () => {
    const { scim, ids } = await directoryOf(...numbered(12));
    const search = request({
      attributes: ['userName'],
      filter: 'userName sw "person"',
      sortBy: 'userName',
      sortOrder: 'descending',
      startIndex: 2,
      count: 3,
    });
    const answer = await scim.post('/Users/.search', search);
    expect(answer.body).toEqual({
      schemas: [LIST_RESPONSE],
      totalResults: 12,
      startIndex: 2,
      itemsPerPage: 3,
      Resources: [10, 9, 8].map((number) => ({
        schemas: expect.any(Array),
        id: ids[number],
        userName: `person-${String(number).padStart(3, '0')}@contoso.example`,
      })),
    });
    const page = await scim.post('/Users/.search', request({ cursor: '', count: 5 }));
    const next = await scim.post('/Users/.search', request({ cursor: page.body.nextCursor, count: 5 }));
    expect([...idsOf(page), ...idsOf(next)]).toEqual(ids.slice(0, 10));
  });

  it('of groups leaves the members out where it is told to', async () => {
    const { scim, ids } = await directoryOf('ada');
    const group = idOf(await scim.post('/Groups', entraGroup('Marketing')));
    await scim.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: ids[0] }] }]);
    const search = request({ filter: `members eq "${ids[0]}"`, excludedAttributes: ['members'] });
    const answer = await scim.post('/Groups/.search', search);
    expect([idsOf(answer), resourcesOf(answer)[0]?.members]).toEqual([[group], undefined]);
    const whole = await scim.post('/groups/.SEARCH', request({ filter: 'displayName eq "MARKETING"' }));
    expect(resourcesOf(whole)[0]?.members).toEqual([expect.objectContaining({ value: ids[0] })]);
  });

  it('at the root finds users and groups, an attribute of one type being absent in the other', async () => {
    const { scim, ids } = await directoryOf('ada', 'bob');
    const group = idOf(await scim.post('/Groups', entraGroup('Marketing')));
    await scim.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: ids[1] }] }]);
    const found = async (more: object) => idsOf(await scim.post('/.search', request(more)));
    expect(await found({})).toEqual([...ids, group]);
    expect(await found({ filter: 'userName sw "a" or displayName eq "marketing"' })).toEqual([ids[0], group]);
    expect(await found({ filter: 'userName pr' })).toEqual(ids);
    expect(await found({ filter: 'not (userName pr)' })).toEqual([group]);
    expect(await found({ filter: `members.value eq "${ids[1]}" or groups.value eq "${group}"` })).toEqual([
      ids[1],
      group,
    ]);
    expect(await found({ filter: `members[value eq "${ids[1]}"]` })).toEqual([group]);
    expect(await found({ filter: 'meta.resourceType eq "Group"' })).toEqual([group]);
    expect(await found({ sortBy: 'displayName', sortOrder: 'descending' })).toEqual([group, ids[1], ids[0]]);
    expect(await found({ sortBy: 'userName' })).toEqual([...ids, group]);
    expect(await found({ sortBy: 'active', sortOrder: 'descending' })).toEqual([group, ids[1], ids[0]]);
    const answer = await scim.get('/?filter=displayName+pr&count=2');
    expect(answer.body).toMatchObject({ totalResults: 3, startIndex: 1, itemsPerPage: 2 });
    const types = resourcesOf(await scim.get('')).map(({ meta }) => (meta as { resourceType: string }).resourceType);
    expect(types).toEqual(['User', 'User', 'Group']);
    const walked: unknown[] = [];
    for (let cursor: unknown = ''; cursor !== undefined; ) {
      const page = await scim.post('/.search', request({ cursor, count: 1, sortBy: 'displayName' }));
      walked.push(...idsOf(page));
      cursor = page.body.nextCursor;
    }
    expect(walked).toEqual([ids[0], ids[1], group]);
  });

  it.for([
    [{ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'] }, 'invalidSyntax'],
    [request({ filter: 7 }), 'invalidValue'],
    [request({ count: 'many' }), 'invalidValue'],
    [request({ attributes: [1] }), 'invalidValue'],
    [request({ filter: 'nothing eq 1' }), 'invalidFilter'],
  ] as const)('answers 400 to %j: %s', async ([body, scimType]) => {
    const { scim } = await service.connected();
    for (const path of ['/Users/.search', '/.search']) {
      const answer = await scim.post(path, body);
      expect([answer.status, answer.body.scimType]).toEqual([400, scimType]);
    }
  });

  it('is a POST and nothing else', async () => {
    const { scim } = await service.connected();
    for (const path of ['/Users/.search', '/Groups/.search', '/.search']) {
      const answer = await scim.get(path);
      expect([answer.status, answer.headers.allow]).toEqual([405, 'POST, OPTIONS']);
    }
    expect((await scim.post('/Schemas/.search', request({}))).status).toBe(404);
  });
});

it('skips nobody after a walk that was left behind, also where others have come before', async () => {
  const { scim } = await directoryOf('b', 'd', 'f', 'h');
  await scim.get('/Users?sortBy=userName&count=2');
  for (const name of ['a', 'c']) await scim.post('/Users', entraUser(name));
  const names: unknown[] = [];
  for (const startIndex of [1, 3, 5]) {
    const answer = await scim.get(`/Users?sortBy=userName&startIndex=${startIndex}&count=2`);
    names.push(resourcesOf(answer).map(({ userName }) => String(userName).charAt(0)));
    expect(answer.body.totalResults).toBe(6);
  }
  expect(names).toEqual([
    ['a', 'b'],
    ['c', 'd'],
    ['f', 'h'],
  ]);
});
