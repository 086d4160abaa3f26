import { afterEach, describe, expect, it } from 'vitest';
import { driftCheck } from '../../src/cli/simulate/simulate-entra.ts';
import { listOf, type RecordedRequest, type ScriptedAnswer } from './request-recorder.ts';
import { aJob, aRecorder, aTenant, closeOpened, only, scimError } from './simulated-entra.ts';

afterEach(closeOpened);

const pageOf = (resources: object[], startIndex: number, size: number): ScriptedAnswer => ({
  status: 200,
  body: { ...listOf(...resources.slice(startIndex - 1, startIndex - 1 + size)), totalResults: resources.length },
});

const listing = /\/(Users|Groups)\?.*startIndex=(\d+)&count=500$/;

/** A job whose two people stand in the service as `users` says, one on a page. */
async function aListedJob(users: (ids: { ada: string; grace: string }) => object[]) {
  const held: object[] = [];
  let isBroken = false;
  const recorder = await aRecorder(({ method, url }: RecordedRequest) => {
    const [, collection, startIndex] = (method === 'GET' && listing.exec(url)) || [];
    if (collection === undefined) return undefined;
    if (isBroken) return scimError(500);
    return pageOf(collection === 'Users' ? held : [], Number(startIndex), 1);
  });
  const tenant = aTenant();
  const job = aJob(recorder, tenant);
  await job.initialCycle();
  const idOf = (name: string) => String(job.memory.userIds.get(only(tenant, name)));
  held.push(...users({ ada: idOf('ada@acme.example'), grace: idOf('grace+navy@acme.example') }));
  recorder.requests.length = 0;
  const check = () => driftCheck(job, { token: 't' }).everything();
  const breakDown = () => {
    isBroken = true;
  };
  return { recorder, job, tenant, check, breakDown };
}

const person = (id: string, userName: string, givenName: string, familyName: string) => ({
  id,
  userName,
  active: true,
  externalId: userName.split('@')[0],
  displayName: `${givenName} ${familyName}`,
  name: { givenName, familyName, formatted: `${givenName} ${familyName}` },
  emails: [{ type: 'work', primary: true, value: userName }],
});
const adaRecord = (id: string) => person(id, 'ada@acme.example', 'Ada', 'Lovelace');
const graceRecord = (id: string) => person(id, 'grace+navy@acme.example', 'Grace', "O'Hopper");

describe('the drift check', () => {
  it('reads page after page, however few a service puts on one', async () => {
    const { recorder, check } = await aListedJob(({ ada, grace }) => [adaRecord(ada), graceRecord(grace)]);
    expect(await check()).toMatchObject({ users: 2, differences: 0 });
    expect(recorder.lines).toEqual([
      'GET /Users?startIndex=1&count=500',
      'GET /Users?startIndex=2&count=500',
      'GET /Groups?excludedAttributes=members&startIndex=1&count=500',
    ]);
  });

  it('finds a record that two pages list, and the one that is pushed out by it', async () => {
    const { check } = await aListedJob(({ ada }) => [adaRecord(ada), adaRecord(ada)]);
    expect((await check()).examples).toMatchObject([
      { kind: 'listed twice' },
      { kind: 'missing', name: 'grace+navy@acme.example' },
    ]);
  });

  it('finds a value in another spelling, and one in an attribute that the person does not have', async () => {
    const { check } = await aListedJob(({ ada, grace }) => [
      { ...adaRecord(ada), userName: 'Ada@acme.example' },
      { ...graceRecord(grace), title: 'Admiral' },
    ]);
    expect((await check()).examples).toMatchObject([
      { path: 'userName', expected: 'ada@acme.example', found: 'Ada@acme.example' },
      { path: 'title', expected: null, found: 'Admiral' },
    ]);
  });

  it('does not compare those who failed', async () => {
    const { job, tenant, check } = await aListedJob(({ ada, grace }) => [adaRecord(ada), graceRecord(grace)]);
    const ada = only(tenant, 'ada@acme.example');
    job.memory.lostAnchors.add(ada);
    ada.displayName = 'Ada King';
    expect(await check()).toMatchObject({ differences: 0, failed: 1 });
  });

  it('says why the service could not be read', async () => {
    const { check, breakDown } = await aListedJob(() => []);
    breakDown();
    expect((await check()).failure).toMatch(/^GET \S+\/Users\?startIndex=1&count=500: refused with 500$/);
  });
});
