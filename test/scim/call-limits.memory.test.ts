import { describe, expect, it, vi } from 'vitest';
import { BULK_REQUEST, ERROR } from '../../src/attributes/urns.ts';
import { CallLimits } from '../../src/scim/call-limits.ts';
import { ScimError } from '../../src/scim/protocol/scim-error.ts';
import { ProvisioningLog } from '../../src/scim/provisioning-log.ts';
import { startFacade } from './facade-server.ts';
import { AT, BEARER, MemoryGraph } from './memory-graph.ts';

/** A clock that stands still until it is moved. */
class HeldClock {
  milliseconds = Date.parse(AT);
  readonly now = () => new Date(this.milliseconds);
}

const unlimited = { ratePerSecond: 0, rateBurst: 0, concurrencyMax: 0 };

describe('the rate limit', () => {
  const limits = { ...unlimited, ratePerSecond: 10, rateBurst: 20 };

  it('lets a burst through, then answers 429 with Retry-After until there is room again', async () => {
    const clock = new HeldClock();
    const { send } = await startFacade({ limits, clock: clock.now });
    const get = async () => (await send({ path: '/Users' })).status;
    for (let n = 0; n < 20; n += 1) expect(await get()).toBe(200);
    const refused = await send({ path: '/Users' });
    expect([refused.status, refused.headers['retry-after'], refused.body]).toEqual([
      429,
      '1',
      { schemas: [ERROR], status: '429', detail: 'This directory sends more than 10 requests a second; wait 1 s' },
    ]);
    clock.milliseconds += 1_000;
    for (let n = 0; n < 10; n += 1) expect(await get()).toBe(200);
    expect(await get()).toBe(429);
  });

  it("never meets Entra's 25 requests a second with what a service has without settings", async () => {
    const clock = new HeldClock();
    const { send } = await startFacade({
      limits: { ...unlimited, ratePerSecond: 100, rateBurst: 400 },
      clock: clock.now,
    });
    for (let n = 0; n < 1_000; n += 1) {
      clock.milliseconds += 40;
      expect((await send({ path: '/Users?count=0' })).status).toBe(200);
    }
  });

  it('is one of each directory and bearer', async () => {
    const { send } = await startFacade({ limits: { ...unlimited, ratePerSecond: 1, rateBurst: 1 } });
    expect((await send({ path: '/Users' })).status).toBe(200);
    expect((await send({ path: '/Users' })).status).toBe(429);
    const respelled = { Authorization: BEARER.replace('Bearer ', 'bEARER   ') };
    expect((await send({ path: '/Users', headers: respelled })).status).toBe(429);
    const other = { Authorization: `${BEARER}-other` };
    expect((await send({ path: '/Users', headers: other })).status).toBe(401);
    expect((await send({ path: '/Users', directoryId: 'd2' })).status).toBe(401);
  });

  it('counts the operations of a bulk request, which what comes afterwards waits for', async () => {
    const clock = new HeldClock();
    const { send } = await startFacade({ limits, clock: clock.now });
    const operations = Array.from({ length: 50 }, (_, n) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `u${n}`,
      data: { userName: `u${n}` },
    }));
    const body = { schemas: [BULK_REQUEST], Operations: operations };
    const bulk = await send({ path: '/Bulk', method: 'POST', body });
    expect((bulk.body as { Operations: { status: string }[] }).Operations.every(({ status }) => status === '201')).toBe(
      true,
    );
    const next = await send({ path: '/Users' });
    expect([next.status, next.headers['retry-after']]).toEqual([429, '4']);
    clock.milliseconds += 4_000;
    expect((await send({ path: '/Users' })).status).toBe(200);
  });

  it('tells the provisioning log once a minute how many were refused, not each time', async () => {
    const clock = new HeldClock();
    const { send, graph, facade } = await startFacade({
      limits: { ...unlimited, ratePerSecond: 1, rateBurst: 1 },
      clock: clock.now,
    });
    for (let n = 0; n < 30; n += 1) await send({ path: '/Users' });
    clock.milliseconds += 60_000;
    for (let n = 0; n < 30; n += 1) await send({ path: '/Users' });
    // The rest of a burst that is over is told too.
    await facade.flush();
    const reports = graph.asked.filter(({ name }) => name === 'ReportProvisioningEvents');
    const events = reports.flatMap(({ variables }) => (variables.input as { events: { outcome: string }[] }).events);
    expect(events.filter(({ outcome }) => outcome === 'tooManyRequests')).toMatchObject([
      { detail: { status: 429, count: 1 } },
      { detail: { status: 429, count: 29 } },
      { detail: { status: 429, count: 28 } },
    ]);
  });
});

describe('the cap on what runs', () => {
  it('answers 503 with Retry-After beyond it, and lets in again what comes after an answer', async () => {
    const { send, graph } = await startFacade({ limits: { ...unlimited, concurrencyMax: 3 } });
    const run = graph.run.bind(graph);
    const held = Promise.withResolvers<void>();
    let running = 0;
    graph.run = async (document, variables, call) => {
      running += 1;
      await held.promise;
      return run(document, variables, call);
    };
    const first = Array.from({ length: 3 }, () => send({ path: '/Users' }));
    await expect.poll(() => running).toBe(3);
    const refused = await send({ path: '/Users' });
    expect([refused.status, refused.headers['retry-after'], refused.body]).toEqual([
      503,
      '1',
      expect.objectContaining({ schemas: [ERROR], status: '503' }),
    ]);
    held.resolve();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await send({ path: '/Users' })).status).toBe(200);
  });
});

it('keeps no more callers than it has room for, whatever bearers come', () => {
  const clock = new HeldClock();
  const log = new ProvisioningLog({ graph: new MemoryGraph(), clock: clock.now });
  const settings = { ratePerSecond: 1, rateBurst: 2, concurrencyMax: 0 };
  const limits = new CallLimits({ log, clock: clock.now, settings });
  const enter = (authorization: string) => {
    const entered = limits.enter('d', { authorization, requestId: 'r', method: 'GET', path: '/' });
    if (entered instanceof ScimError) return true;
    entered();
    return false;
  };
  expect([enter('first'), enter('first'), enter('first')]).toEqual([false, false, true]);
  for (let n = 0; n < 4_999; n += 1) enter(`bearer ${n}`);
  expect(enter('first')).toBe(true);
  enter('one too many');
  // Whoever came first was forgotten, and begins anew.
  expect(enter('first')).toBe(false);
});

describe('what is told of refusals', () => {
  it('has the rest of a burst a minute after its first, without another call', () => {
    vi.useFakeTimers();
    try {
      const graph = new MemoryGraph();
      const clock = () => new Date();
      const log = new ProvisioningLog({ graph, clock });
      const add = vi.spyOn(log, 'add');
      const limits = new CallLimits({ log, clock, settings: { ...unlimited, ratePerSecond: 1, rateBurst: 1 } });
      const call = { authorization: BEARER, requestId: 'r', method: 'GET', path: '/Users' };
      for (let n = 0; n < 714; n += 1) limits.enter('d1', call);
      expect(add.mock.calls.map(([event]) => event.detail?.count)).toEqual([1]);
      vi.advanceTimersByTime(60_000);
      expect(add.mock.calls.map(([event]) => event.detail?.count)).toEqual([1, 712]);
    } finally {
      vi.useRealTimers();
    }
  });
});
