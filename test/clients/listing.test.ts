// Walking whole lists: Okta's import, Entra's account discovery, and the lookup of one among many (RFC 7644 §3.4.2.4).
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { entraUser } from './entra-requests.ts';
import { resourcesOf } from './scim-client.ts';

const PEOPLE = 1_105;

let service: TestService;
let connected: Connected;
beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  const numbers = Array.from({ length: PEOPLE }, (_, number) => number);
  const answers = await Promise.all(
    numbers.map((number) => connected.scim.post('/Users', entraUser(`person-${number}`))),
  );
  expect(answers.filter((answer) => answer.status !== 201)).toEqual([]);
});
afterAll(() => service.close());

it('finds the one user beyond the first thousand (kortix-ai/suna#7297)', async () => {
  const { scim } = connected;
  for (const number of [0, 999, PEOPLE - 1]) {
    const answer = await scim.find('/Users', `userName eq "person-${number}@contoso.example"`);
    expect([answer.body.totalResults, resourcesOf(answer)[0]?.externalId]).toEqual([
      1,
      `object-id-of-person-${number}`,
    ]);
  }
});

it('shows everybody exactly once over all pages, with the real itemsPerPage (ory/polis#4054)', async () => {
  const { scim } = connected;
  const seen: unknown[] = [];
  for (let startIndex = 1; startIndex <= PEOPLE; startIndex += 200) {
    const { body, ...answer } = await scim.get(`/Users?startIndex=${startIndex}&count=200&attributes=userName`);
    const page = resourcesOf({ body, ...answer });
    const itemsPerPage = Math.min(200, PEOPLE + 1 - startIndex);
    expect(body).toMatchObject({ totalResults: PEOPLE, startIndex, itemsPerPage });
    expect(page).toHaveLength(itemsPerPage);
    seen.push(...page.map((user) => user.id));
  }
  expect(new Set(seen).size).toBe(PEOPLE);
  expect(seen).toHaveLength(PEOPLE);
});

it.for([
  ['startIndex=0&count=5', 1, 5],
  ['startIndex=-7&count=5', 1, 5],
  ['startindex=0', 1, 100],
  ['count=0', 1, 0],
  ['count=-1', 1, 0],
  ['count=5000', 1, 1000],
  [`startIndex=${PEOPLE}&count=5`, PEOPLE, 1],
  [`startIndex=${PEOPLE + 1}&count=5`, PEOPLE + 1, 0],
  ['startIndex=99999999999999999999&count=1', 2_147_483_647, 0],
] as const)('answers ?%s from %i with %i resources (SimpleIdServer#185)', async ([query, startIndex, itemsPerPage]) => {
  const answer = await connected.scim.get(`/Users?${query}`);
  expect(answer.body).toMatchObject({ totalResults: PEOPLE, startIndex, itemsPerPage });
  expect(resourcesOf(answer)).toHaveLength(itemsPerPage);
});
