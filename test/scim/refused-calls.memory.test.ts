import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RefusedCalls } from '../../src/scim/refused-calls.ts';
import { startFacade } from './facade-server.ts';
import { AT, BEARER, DIRECTORY_ID, MemoryGraph, thrown } from './memory-graph.ts';

type Reported = { authorization: string | undefined; directoryId: string; calls: Counted[] };
type Counted = { address: string; count: number; method: string; path: string; at: string };

function reportsTo(graph: MemoryGraph): Reported[] {
  return graph.asked
    .filter(({ name }) => name === 'ReportRefusedCalls')
    .map(({ variables, call }) => {
      const { directoryId, calls } = variables.input as unknown as Omit<Reported, 'authorization'>;
      return { authorization: call.authorization, directoryId, calls };
    });
}

function aLog() {
  const graph = new MemoryGraph();
  const log = new RefusedCalls({ graph, clock: () => new Date(AT) });
  const add = (refused: { authorization?: string; address?: string; directoryId?: string; path?: string } = {}) => {
    const {
      authorization = 'Bearer old',
      address = '192.0.2.7',
      directoryId = DIRECTORY_ID,
      path = '/Users',
    } = refused;
    log.add({ directoryId, address, call: { authorization, requestId: 'r', method: 'GET', path } });
  };
  return { graph, log, add, reports: () => reportsTo(graph) };
}

describe('RefusedCalls', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('S17: tells within a second how often a bearer was refused, by address, with the last call', async () => {
    const { log, add, reports } = aLog();
    add();
    add({ path: '/Groups' });
    add({ address: '192.0.2.8' });
    add({ authorization: 'Bearer another' });
    expect(reports()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    await log.flush();
    const call = { method: 'GET', at: AT };
    expect(reports()).toEqual([
      {
        authorization: 'Bearer old',
        directoryId: DIRECTORY_ID,
        calls: [
          { ...call, address: '192.0.2.7', count: 2, path: '/Groups' },
          { ...call, address: '192.0.2.8', count: 1, path: '/Users' },
        ],
      },
      {
        authorization: 'Bearer another',
        directoryId: DIRECTORY_ID,
        calls: [{ ...call, address: '192.0.2.7', count: 1, path: '/Users' }],
      },
    ]);
  });

  it('counts a flood of 10,000 calls as one, whatever bearers it tries', async () => {
    const { log, add, reports } = aLog();
    for (let number = 0; number < 10_000; number += 1) add();
    for (let number = 0; number < 10_000; number += 1) add({ authorization: `Bearer ${number}`, address: '192.0.2.9' });
    await log.flush();
    const counts = reports().map(({ calls }) => calls.map(({ count }) => count));
    expect(counts).toEqual([[10_000], [1], [1], [1], [1], [1], [9995]]);
    expect(reports().at(-1)?.authorization).toBe('Bearer 9999');
  });

  it('keeps a thousand counts at most, and short texts', async () => {
    const { log, add, reports } = aLog();
    const long = `/${'p'.repeat(5000)}`;
    for (let number = 0; number < 5000; number += 1) {
      add({ address: `2001:db8::${number.toString(16)}`, authorization: `Bearer ${'x'.repeat(5000)}`, path: long });
    }
    add();
    await log.flush();
    const sent = reports();
    expect(sent.map(({ calls }) => calls.length)).toEqual(Array.from({ length: 10 }, () => 100));
    for (const { authorization, calls } of sent) {
      expect(authorization).toHaveLength(512);
      for (const { path } of calls) expect(path).toHaveLength(512);
    }
    add();
    await log.flush();
    expect(reports()).toHaveLength(11);
  });

  it('tells nothing of what can be no directory', async () => {
    const { log, add, reports } = aLog();
    for (const directoryId of ['', 'x', "' or 1=1", DIRECTORY_ID.toUpperCase()]) add({ directoryId });
    await log.flush();
    expect(reports()).toEqual([]);
  });

  it('waits with what comes while a report is under way, and loses what cannot be taken', async () => {
    const { graph, log, add, reports } = aLog();
    const taken = Promise.withResolvers<void>();
    vi.spyOn(graph, 'run').mockImplementationOnce(async () => {
      await taken.promise;
      return thrown('SERVICE_UNAVAILABLE');
    });
    add();
    const flushed = log.flush();
    await Promise.resolve();
    for (let number = 0; number < 20; number += 1) add({ path: `/${number}` });
    await vi.advanceTimersByTimeAsync(5000);
    expect(reports()).toEqual([]);
    taken.resolve();
    await flushed;
    await vi.advanceTimersByTimeAsync(1000);
    await log.flush();
    expect(reports().map(({ calls }) => calls)).toEqual([[expect.objectContaining({ count: 20, path: '/19' })]]);
  });
});

describe('the facade', () => {
  it('S17: tells of every 401, with the bearer that was refused, and of nothing else', async () => {
    const { send, graph, facade } = await startFacade();
    await send({ path: '/Users' });
    await send({ path: '/nothing' });
    await send({ path: '/Users?access_token=secret', headers: { Authorization: 'Bearer revoked' } });
    await send({ path: '/Nothing', headers: { Authorization: 'Bearer revoked' } });
    await send({ path: '/Users', method: 'POST', body: { userName: 'ada' }, isAnonymous: true });
    await send({ path: '/Schemas', directoryId: '0198a000-0000-7000-8000-00000000d2d2' });
    await facade.flush();
    const call = { address: expect.stringMatching(/127\.0\.0\.1$/), at: expect.any(String) };
    const path = `/scim/v2/${DIRECTORY_ID}`;
    expect(reportsTo(graph)).toEqual([
      {
        authorization: 'Bearer revoked',
        directoryId: DIRECTORY_ID,
        calls: [{ ...call, count: 2, method: 'GET', path: `${path}/Nothing` }],
      },
      {
        authorization: undefined,
        directoryId: DIRECTORY_ID,
        calls: [{ ...call, count: 1, method: 'POST', path: `${path}/Users` }],
      },
      {
        authorization: BEARER,
        directoryId: '0198a000-0000-7000-8000-00000000d2d2',
        calls: [{ ...call, count: 1, method: 'GET', path: '/scim/v2/0198a000-0000-7000-8000-00000000d2d2/Schemas' }],
      },
    ]);
    const events = graph.asked.filter(({ name }) => name === 'ReportProvisioningEvents');
    expect(events).toHaveLength(1);
    expect(JSON.stringify(graph.asked)).not.toContain('secret');
  });

  it('masks a token of ours wherever it stands in a path', async () => {
    const { send, graph, facade } = await startFacade();
    const token = `rcscim_${'0aZ'.repeat(20)}`;
    await send({ path: `/${token}?next=${token}`, headers: { Authorization: 'Bearer revoked' } });
    await facade.flush();
    expect(reportsTo(graph)[0]?.calls[0]?.path).toBe(`/scim/v2/${DIRECTORY_ID}/***?next=***`);
  });
});
