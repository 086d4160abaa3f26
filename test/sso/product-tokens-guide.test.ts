// docs/guides/product-tokens.md: the frontend that it shows, and what its back end asks, against the service.
import { readFileSync } from 'node:fs';
import { v7 as uuid } from 'uuid';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { type ServiceOrganization, startTestService, type TestService } from '../harness/service.ts';
import { signedIn } from '../harness/signed-in.ts';

type Guide = { fetchSessionToken(rollcall: string): Promise<{ token: string; expiresAt: Date } | null> };

const PRODUCT = 'https://app.product.example';
const PAGE = `${PRODUCT}/boards/7?tab=people`;
const guides = new URL('../../docs/guides/', import.meta.url);
const example = new URL('product-tokens/fetch-session-token.js', guides);
const unpatched = globalThis.fetch;

let service: TestService;
let database: Database;
let acme: ServiceOrganization;
let guide: Guide;
beforeAll(async () => {
  service = await startTestService({ PRODUCT_URL: `${PRODUCT}/start` });
  database = await Database.open({ connection: service.connection, poolSizeMax: 2 });
  acme = await service.organization();
  guide = (await import(example.href)) as Guide;
  return async () => {
    await database.close();
    await service.close();
  };
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** A page of the product, in a browser with this cookie; answers where the page was left to. */
function openPage(cookie: string): string[] {
  const left: string[] = [];
  const headers = { origin: PRODUCT, cookie: `rollcall_session=${cookie}` };
  vi.stubGlobal('fetch', (address: string, init: RequestInit) => unpatched(address, { ...init, headers }));
  vi.stubGlobal('location', { href: PAGE, assign: (address: string) => left.push(address) });
  return left;
}

async function aSignedIn(): Promise<{ userId: string; cookie: string }> {
  const { id: userId } = await service.domain.users.create(acme.operator, { userName: `person-${uuid().slice(-12)}` });
  const { cookie } = await signedIn({ domain: service.domain, database }, { organizationId: acme.id, userId });
  return { userId, cookie };
}

it('shows the file that is tested here', () => {
  expect(readFileSync(new URL('product-tokens.md', guides), 'utf8')).toContain(readFileSync(example, 'utf8').trim());
});

it('gives the frontend a token while somebody is signed in', async () => {
  const left = openPage((await aSignedIn()).cookie);
  const answer = await guide.fetchSessionToken(service.url);
  expect(answer).toMatchObject({ token: expect.stringMatching(/^ey/), expiresAt: expect.any(Date) });
  expect(left).toEqual([]);
});

it('leads who is signed in no more to sign in, and back to the page they were on', async () => {
  const { userId, cookie } = await aSignedIn();
  await service.domain.users.block(acme.operator, userId);
  const left = openPage(cookie);
  expect(await guide.fetchSessionToken(service.url)).toBeNull();
  expect(left).toEqual([`${service.url}/sign-in?${new URLSearchParams({ returnTo: PAGE })}`]);
});

it('answers a back end what a user may do, by its API key', async () => {
  const { userId } = await aSignedIn();
  const question =
    'query ($user: ID!) { mayPublish: check(userId: $user, permission: "screens:publish") user(id: $user) { effectivePermissions } }';
  expect(readFileSync(new URL('product-tokens.md', guides), 'utf8').replaceAll(/\s+/g, ' ')).toContain(question);
  const { data } = await service.graphql(acme.apiKey, question, { user: userId });
  expect(data).toEqual({ mayPublish: false, user: { effectivePermissions: [] } });
});
