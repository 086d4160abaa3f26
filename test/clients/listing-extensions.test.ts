// Filters and sorting by attributes that an organization declared, and by those that nobody did (RFC 7643 §3.3).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA } from '../../src/attributes/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { entraGroup, entraUser } from './entra-requests.ts';
import { resourcesOf } from './scim-client.ts';

const URN = 'urn:example:params:scim:schemas:extension:acme:2.0:User';
const OPEN = 'urn:example:open:1.0:User';

let service: TestService;
let connected: Connected;
beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  const { organization, scim } = connected;
  await service.domain.customSchemas.create(organization.operator, {
    urn: URN,
    resourceType: 'User',
    attributes: [
      { name: 'badge' },
      { name: 'code', caseExact: true },
      { name: 'level', type: 'integer' },
      { name: 'rate', type: 'decimal' },
      { name: 'since', type: 'dateTime' },
      { name: 'vip', type: 'boolean' },
      { name: 'shifts', multiValued: true },
      {
        name: 'cars',
        type: 'complex',
        multiValued: true,
        subAttributes: [{ name: 'value' }, { name: 'doors', type: 'integer' }, { name: 'bought', type: 'dateTime' }],
      },
    ],
  });
  const people: [string, Record<string, unknown>][] = [
    ['a', { [URN]: { badge: 'Red', code: 'X1', level: 10, rate: 1.5, since: '2024-01-01T00:00:00Z', vip: true } }],
    [
      'b',
      { [URN]: { badge: 'blue', code: 'x1', level: 9, since: '2024-01-01T01:30:00+02:00', shifts: ['Early', 'late'] } },
    ],
    [
      'c',
      {
        [URN]: {
          level: -3,
          cars: [
            { value: 'Kombi', doors: 5, bought: '2020-05-05T05:05:05.5Z' },
            { value: 'Zoe', doors: 3 },
          ],
        },
      },
    ],
    ['d', { [OPEN]: { Shoe: 'Large', size: 44, ok: true, tags: ['One', 'two'], Box: { inner: 'Deep' } } }],
    [
      'e',
      {
        [OPEN.toUpperCase()]: {
          shoe: 'small',
          SIZE: 9,
          boxes: [
            { type: 'a', value: 'v1' },
            { type: 'b', value: 'v2' },
          ],
        },
      },
    ],
    ['f', { [ENTERPRISE_USER_SCHEMA]: { department: 'x', floor: 3 } }],
  ];
  for (const [name, more] of people) expect((await scim.post('/Users', entraUser(name, more))).status).toBe(201);
  await scim.post('/Groups', entraGroup('red', { [OPEN]: { shoe: 'Large' } }));
});
afterAll(() => service.close());

async function found(filter: string, more = ''): Promise<string> {
  const answer = await connected.scim.find('/Users', filter, more);
  expect([filter, answer.status, answer.text.slice(0, 300)]).toEqual([filter, 200, expect.any(String)]);
  return resourcesOf(answer)
    .map(({ userName }) => String(userName).charAt(0))
    .join('');
}

describe('a declared attribute', () => {
  it.for([
    [`${URN}:badge eq "RED"`, 'a'],
    [`${URN.toUpperCase()}:BADGE sw "b"`, 'b'],
    [`${URN}:badge ne "red"`, 'bcdef'],
    [`${URN}:badge co "e"`, 'ab'],
    [`${URN}:code eq "X1"`, 'a'],
    [`${URN}:code sw "x"`, 'b'],
    [`${URN}:level eq 10`, 'a'],
    [`${URN}:level gt 9`, 'a'],
    [`${URN}:level lt 10`, 'bc'],
    [`${URN}:level le 9 and ${URN}:level pr`, 'bc'],
    [`${URN}:rate ge 1.5`, 'a'],
    [`${URN}:rate eq 1.50`, 'a'],
    [`${URN}:since lt "2024-01-01T00:00:00Z"`, 'b'],
    [`${URN}:since eq "2023-12-31T23:30:00Z"`, 'b'],
    [`${URN}:vip eq true`, 'a'],
    [`${URN}:vip ne true`, 'bcdef'],
    [`${URN}:shifts eq "early"`, 'b'],
    [`${URN}:shifts sw "LA"`, 'b'],
    // A list of simple values has the sub-attribute `value` (RFC 7643 §2.4).
    [`${URN}:shifts.value eq "LATE"`, 'b'],
    [`${URN}:shifts[value eq "late"]`, 'b'],
    [`${URN}:SHIFTS[VALUE sw "ea" and value ew "ly"]`, 'b'],
    [`${URN}:shifts[value eq "early" and value eq "late"]`, ''],
    [`${URN}:shifts[value eq "noon"]`, ''],
    [`${URN}:shifts[value ne "early"]`, 'b'],
    [`not (${URN}:shifts pr)`, 'acdef'],
    [`${URN}:cars eq "kombi"`, 'c'],
    [`${URN}:cars[value eq "zoe" and doors lt 4]`, 'c'],
    [`${URN}:cars[value eq "zoe" and doors gt 4]`, ''],
    [`${URN}:cars[bought lt "2020-05-05T07:05:06+02:00"]`, 'c'],
    [`${URN}:cars.doors ge 5`, 'c'],
    [`schemas eq "${URN}"`, 'abc'],
    [`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "a" or ${URN}:level lt 0`, 'ac'],
  ] as const)('is found by %s', async ([filter, names]) => {
    expect(await found(filter)).toBe(names);
  });

  it.for([
    [`${URN}:level co "1"`, 'a part of a number'],
    [`${URN}:level eq "many"`, 'a text for a number'],
    [`${URN}:cars[nothing eq "x"]`, 'an unknown sub-attribute'],
    [`${URN}:shifts[type eq "x"]`, 'a sub-attribute of a simple value'],
  ] as const)('answers 400 invalidFilter to %s: %s', async ([filter]) => {
    const answer = await connected.scim.find('/Users', filter);
    expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidFilter']);
  });

  it.for([
    [`${URN}:level`, 'cbadef'],
    [`${URN}:rate`, 'abcdef'],
    [`${URN}:badge`, 'bacdef'],
    [`${URN}:since`, 'bacdef'],
    [`${URN}:shifts`, 'bacdef'],
    [`${URN}:shifts.value`, 'bacdef'],
    [`${URN}:cars.doors`, 'cabdef'],
  ] as const)('sorts by %s', async ([attribute, names]) => {
    expect(await found('userName pr', `&sortBy=${encodeURIComponent(attribute)}`)).toBe(names);
  });
});

describe('an attribute that nobody declared', () => {
  it.for([
    [`${OPEN}:shoe eq "large"`, 'd'],
    [`${OPEN}:tags.value eq "TWO"`, 'd'],
    [`${OPEN}:tags[Value eq "two"]`, 'd'],
    [`${OPEN}:tags[value eq "three"]`, ''],
    [`${OPEN}:tags[value ne "one"]`, 'd'],
    [`${OPEN}:tags[type pr]`, ''],
    [`${OPEN}:boxes[value eq "V2"]`, 'e'],
    [`${OPEN.toLowerCase()}:SHOE pr`, 'de'],
    [`${OPEN}:shoe ne "small"`, 'abcdf'],
    [`${OPEN}:size gt 10`, 'd'],
    [`${OPEN}:size eq 9`, 'e'],
    [`${OPEN}:size eq "9"`, ''],
    [`${OPEN}:ok eq true`, 'd'],
    [`${OPEN}:tags eq "TWO"`, 'd'],
    [`${OPEN}:box.inner eq "deep"`, 'd'],
    [`${OPEN}:boxes eq "v2"`, 'e'],
    [`${OPEN}:boxes[type eq "A" and value eq "v1"]`, 'e'],
    [`${OPEN}:boxes[type eq "A" and value eq "v2"]`, ''],
    [`${OPEN}:boxes.value sw "v"`, 'e'],
    [`${ENTERPRISE_USER_SCHEMA}:floor eq 3`, 'f'],
    [`not (${OPEN}:shoe pr) and not (${URN}:level pr)`, 'f'],
    ['urn:example:unknown:thing eq "x"', ''],
  ] as const)('is found by %s', async ([filter, names]) => {
    expect(await found(filter)).toBe(names);
  });

  it('is found in groups too', async () => {
    const answer = await connected.scim.find('/Groups', `${OPEN}:shoe eq "LARGE"`);
    expect(answer.body.totalResults).toBe(1);
  });

  it('sorts as text', async () => {
    expect(await found('userName pr', `&sortBy=${encodeURIComponent(`${OPEN}:shoe`)}`)).toBe('deabcf');
  });

  it('takes no name for SQL', async () => {
    const answer = await connected.scim.find('/Users', `urn:example:x'; drop table users; --:name eq "x"`);
    expect(answer.status).toBe(400);
    expect(await found(`urn:example:x$1:name$$ eq "x'); select 1; --"`)).toBe('');
    expect(service.failures).toEqual([]);
  });
});
