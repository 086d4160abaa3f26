// Whatever reaches the SCIM endpoint, every answer is a success or an error of RFC 7644 §3.12, soon, and tells nothing of another
// organization. A failure prints the seed and the smallest series of requests. FUZZ_SECONDS=600 looks longer, FUZZ_SEED=n again.
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { declareBadgeSchema } from '../conformance/badge-schema.ts';
import { urns } from '../conformance/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { entraGroup, entraUser } from './entra-requests.ts';
import { Rows } from './fingerprint.ts';
import { arbitraryBytes, arbitraryRequest, declaredUrn, type FuzzRequest, mutatedRequest } from './fuzz-requests.ts';
import { idOf, type ScimAnswer } from './scim-client.ts';

/** Stands in every value of the other organization, and nowhere else. */
const MARK = 'Zanzibar';
const ANSWER_MILLISECONDS_MAX = 5_000;
const { FUZZ_SECONDS = '18', FUZZ_SEED } = process.env;
const millisecondsEach = (Number(FUZZ_SECONDS) * 1_000) / 3;

/** A directory that is sent requests, and the records that its placeholders stand for. */
interface Target extends Connected {
  ids: Record<string, string>;
}

let service: TestService;
let rows: Rows;
let tolerant: Target;
let strict: Target;
let theirs: Connected;
/** For names that nobody has yet. */
let made = 0;

beforeAll(async () => {
  service = await startTestService();
  rows = await Rows.open(service.connection);
  theirs = await service.connected({ name: `${MARK} organization` });
  const { scim } = theirs;
  const foreignUser = idOf(await scim.post('/Users', entraUser(MARK)));
  const members = [{ value: foreignUser }];
  const foreign = {
    'FOREIGN-USER': foreignUser,
    'FOREIGN-GROUP': idOf(await scim.post('/Groups', entraGroup(MARK, { members }))),
  };
  tolerant = { ...(await service.connected()), ids: { ...foreign } };
  strict = { ...(await service.connected({}, { isStrict: true })), ids: { ...foreign } };
  for (const target of [tolerant, strict]) await declareBadgeSchema(service, target, declaredUrn);
});
afterAll(async () => {
  await rows.close();
  await service.close();
});

const isThere = async ({ scim, ids }: Target, path: string, word: string) =>
  ids[word] !== undefined && (await scim.get(`${path}/${ids[word]}`)).status === 200;

/** Requests delete and rename: there is always a user and a group for those that change one. */
async function refill(): Promise<void> {
  for (const target of [tolerant, strict]) {
    const { scim, ids } = target;
    made += 1;
    const user = entraUser(`user-${made}`, { schemas: [urns.user] });
    const { meta: _meta, ...group } = entraGroup(`Group ${made}`, { schemas: [urns.group] });
    if (!(await isThere(target, '/Users', 'USER-ID'))) ids['USER-ID'] = idOf(await scim.post('/Users', user));
    if (!(await isThere(target, '/Groups', 'GROUP-ID'))) ids['GROUP-ID'] = idOf(await scim.post('/Groups', group));
  }
}

function withIds(text: string, { ids }: Target): string {
  made += 1;
  return Object.entries({ ...ids, UNIQUE: String(made) }).reduce(
    (written, [word, value]) => written.replaceAll(word, value),
    text,
  );
}

function send({ isStrict, method, path, headers, body }: FuzzRequest): Promise<ScimAnswer> {
  const target = isStrict ? strict : tolerant;
  return target.scim.raw({
    method,
    // Node refuses other bytes in an address on both sides; the raw connections below send them.
    path: withIds(path, target).replace(/[^!-~]/g, '_'),
    headers: {
      Authorization: `Bearer ${target.directory.token}`,
      'Content-Type': 'application/scim+json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: Buffer.from(withIds(body, target), 'latin1') }),
  });
}

async function answersWell(request: FuzzRequest): Promise<void> {
  const started = performance.now();
  const { status, headers, text, body } = await send(request);
  const took = performance.now() - started;
  const shown = `${request.method} ${request.path}: ${status} ${text.slice(0, 300)}`;
  expect(took, shown).toBeLessThan(ANSWER_MILLISECONDS_MAX);
  expect(status === 501 || status < 500, shown).toBe(true);
  expect(text.includes(MARK), shown).toBe(false);
  if (status === 204 || status === 304 || request.method === 'HEAD') {
    expect(text, shown).toBe('');
  } else {
    expect(headers['content-type'], shown).toBe('application/scim+json');
    if (status >= 400) {
      expect(body, shown).toMatchObject({ schemas: [urns.error], status: String(status), detail: expect.any(String) });
    } else expect(body, shown).toHaveProperty('schemas');
  }
}

/** Tries series of requests until the time is over; the other organization has to be as it was. */
async function survives<Values>(property: fc.IAsyncProperty<Values>): Promise<void> {
  const before = await rows.fingerprint(theirs.organization.id);
  await fc.assert(property, {
    numRuns: 1_000_000,
    interruptAfterTimeLimit: millisecondsEach,
    ...(FUZZ_SEED === undefined ? {} : { seed: Number(FUZZ_SEED) }),
  });
  expect(await rows.fingerprint(theirs.organization.id)).toEqual(before);
}

const seriesOf = (request: fc.Arbitrary<FuzzRequest>) => fc.array(request, { minLength: 1, maxLength: 16 });
const testTimeout = millisecondsEach * 2 + 60_000;

it('answers changed requests of real clients with a success or a SCIM error', { timeout: testTimeout }, async () => {
  await survives(
    fc.asyncProperty(seriesOf(mutatedRequest), async (requests) => {
      await refill();
      await Promise.all(requests.map(answersWell));
      expect(service.failures.splice(0)).toEqual([]);
    }),
  );
});

it('answers any path, query, header and bytes with a success or a SCIM error', { timeout: testTimeout }, async () => {
  await survives(
    fc.asyncProperty(seriesOf(arbitraryRequest), async (requests) => {
      await refill();
      await Promise.all(requests.map(answersWell));
      expect(service.failures.splice(0)).toEqual([]);
    }),
  );
});

it('outlives connections that speak broken HTTP', { timeout: testTimeout }, async () => {
  await survives(
    fc.asyncProperty(fc.array(arbitraryBytes, { minLength: 1, maxLength: 16 }), async (connections) => {
      const answers = await Promise.all(connections.map(rawAnswer));
      for (const answer of answers) {
        expect(answer).not.toContain(MARK);
        for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)) {
          // 501 is Node's own answer to a transfer coding that nobody knows.
          expect(status === '501' || Number(status) < 500, answer).toBe(true);
        }
      }
      expect((await tolerant.scim.get('/Users?count=0')).status).toBe(200);
      expect(service.failures.splice(0)).toEqual([]);
    }),
  );
});

/** What comes back for these bytes until the other side closes, or has said nothing more for a moment. */
function rawAnswer(bytes: string): Promise<string> {
  const { hostname, port, pathname } = new URL(tolerant.directory.tenantUrl);
  const sent = withIds(bytes, tolerant).replaceAll('PATH', pathname).replaceAll('TOKEN', tolerant.directory.token);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(sent, 'latin1')));
    socket.setTimeout(150, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}
