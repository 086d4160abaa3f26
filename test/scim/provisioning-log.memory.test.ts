import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProvisioningEventInput } from '../../src/scim/provisioning-log.ts';
import { type LoggedRequest, ProvisioningLog } from '../../src/scim/provisioning-log.ts';
import { startFacade } from './facade-server.ts';
import { AT, BEARER, DIRECTORY_ID, failed, MemoryGraph, thrown } from './memory-graph.ts';

function aRequest(overrides: Partial<LoggedRequest> & { requestId?: string } = {}): LoggedRequest {
  const { requestId = 'r1', ...rest } = overrides;
  const call = { authorization: BEARER, requestId, method: 'GET', path: '/Users' };
  return {
    kind: 'reads',
    directoryId: DIRECTORY_ID,
    call,
    outcome: 'usersRead',
    resourceId: '',
    detail: { status: 200 },
    ...rest,
  };
}

function aLog(): { log: ProvisioningLog; graph: MemoryGraph; reports: () => ProvisioningEventInput[][] } {
  const graph = new MemoryGraph();
  const log = new ProvisioningLog({ graph, clock: () => new Date(AT) });
  const reports = () =>
    graph.asked.map(({ variables }) => (variables.input as unknown as { events: ProvisioningEventInput[] }).events);
  return { log, graph, reports };
}

describe('ProvisioningLog', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('sends within a second what came meanwhile, as one report of the directory and bearer', async () => {
    const { log, graph, reports } = aLog();
    const id = '0198a000-0000-7000-8000-a00000000001';
    log.add(aRequest());
    log.add(
      aRequest({ requestId: 'r2', kind: 'refusals', outcome: 'notFound', resourceId: id, detail: { status: 404 } }),
    );
    log.add(aRequest({ requestId: 'r3', resourceId: "' or 1=1" }));
    expect(reports()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    await log.flush();
    const event = { method: 'GET', path: '/Users', at: AT };
    expect(
      reports().map((events) => events.toSorted((one, other) => (one.requestId < other.requestId ? -1 : 1))),
    ).toEqual([
      [
        { ...event, requestId: 'r1', outcome: 'usersRead', detail: { status: 200 } },
        { ...event, requestId: 'r2', outcome: 'notFound', detail: { status: 404 }, resourceId: id },
        { ...event, requestId: 'r3', outcome: 'usersRead', detail: { status: 200 } },
      ],
    ]);
    expect(graph.asked[0]).toMatchObject({
      call: { authorization: BEARER },
      variables: { input: { directoryId: DIRECTORY_ID } },
    });
  });

  it('never mixes directories or bearers in one report', async () => {
    const { log, graph } = aLog();
    const other = { ...aRequest().call, authorization: 'Bearer other' };
    for (const request of [aRequest(), aRequest({ directoryId: 'd2' }), aRequest({ call: other }), aRequest()]) {
      log.add(request);
    }
    await log.flush();
    const sent = graph.asked.map(({ call, variables }) => [
      call.authorization,
      (variables.input as { directoryId: string }).directoryId,
      (variables.input as { events: [] }).events.length,
    ]);
    expect(sent).toEqual([
      [BEARER, DIRECTORY_ID, 2],
      [BEARER, 'd2', 1],
      ['Bearer other', DIRECTORY_ID, 1],
    ]);
  });

  it('sends at most 2,000 events a report', async () => {
    const { log, reports } = aLog();
    for (let number = 0; number < 4500; number += 1) log.add(aRequest());
    await log.flush();
    expect(reports().map(({ length }) => length)).toEqual([2000, 2000, 500]);
  });

  it('sends again what could not be taken, and drops what was refused', async () => {
    const { log, graph, reports } = aLog();
    graph.answers.set('ReportProvisioningEvents', () => thrown('SERVICE_UNAVAILABLE'));
    log.add(aRequest());
    await log.flush();
    graph.answers.clear();
    log.add(aRequest({ requestId: 'r2' }));
    await log.flush();
    expect(reports().map((events) => events.map(({ requestId }) => requestId))).toEqual([['r1'], ['r1', 'r2']]);
    for (const refused of [
      thrown('UNAUTHENTICATED'),
      thrown('INTERNAL_SERVER_ERROR'),
      { data: { reportProvisioningEvents: failed('NOT_FOUND') } },
    ]) {
      graph.answers.set('ReportProvisioningEvents', () => refused);
      log.add(aRequest({ requestId: 'r3' }));
      await log.flush();
      await log.flush();
    }
    expect(reports().slice(2)).toHaveLength(3);
  });

  it('tries again by itself after a report that could not be taken', async () => {
    const { log, graph, reports } = aLog();
    graph.answers.set('ReportProvisioningEvents', () => thrown('SERVICE_UNAVAILABLE'));
    log.add(aRequest());
    await log.flush();
    graph.answers.clear();
    await vi.advanceTimersByTimeAsync(1000);
    await log.flush();
    expect(reports()).toHaveLength(2);
  });

  it('drops the oldest reads when too much waits, keeps the refusals and tells how many fell away', async () => {
    const { log, reports } = aLog();
    log.add(aRequest({ kind: 'refusals', outcome: 'invalidFilter', requestId: 'refused' }));
    for (let number = 0; number < 30_000; number += 1) log.add(aRequest({ requestId: String(number) }));
    await log.flush();
    const events = reports().flat();
    const dropped = events.filter(({ outcome }) => outcome === 'eventsDropped');
    const reads = events.filter(({ outcome }) => outcome === 'usersRead').map(({ requestId }) => Number(requestId));
    expect(events.filter(({ requestId }) => requestId === 'refused')).toHaveLength(1);
    expect(reads.length).toBeLessThanOrEqual(20_000);
    expect(reads.at(-1)).toBe(29_999);
    expect(reads[0]).toBe(30_000 - reads.length);
    expect(dropped).toMatchObject([{ detail: { count: 30_000 - reads.length } }]);
  });
});

describe('what the facade tells the provisioning log', () => {
  it('is every read and every refusal with its reason, but no write and nothing of a stranger', async () => {
    const { send, graph, facade } = await startFacade();
    const { id } = graph.addUser({ userName: 'ada' });
    await send({ path: '/Users?filter=userName+eq+%22ada%22' });
    await send({ path: `/Users/${id}`, method: 'PATCH', body: { Operations: [{ op: 'remove', path: 'title' }] } });
    await send({ path: '/Users?filter=nothing+pr' });
    await send({ path: `/Users/${id}`, method: 'PUT', body: {}, headers: { 'If-Match': '"9"' } });
    await send({ path: '/Schemas', method: 'POST' });
    graph.answers.set('ListGroups', () => thrown('SERVICE_UNAVAILABLE'));
    await send({ path: '/Groups' });
    await send({ path: '/Users', isAnonymous: true });
    await facade.flush();
    const reported = graph.asked.filter(({ name }) => name === 'ReportProvisioningEvents');
    const events = reported.flatMap(
      ({ variables }) => (variables.input as unknown as { events: ProvisioningEventInput[] }).events,
    );
    expect(
      events.map(({ method, path, outcome, resourceId, detail }) => ({
        method,
        path: path.replace(/^\/scim\/v2\/[^/]*/, ''),
        outcome,
        resourceId,
        detail,
      })),
    ).toEqual([
      {
        method: 'GET',
        path: '/Users?filter=userName+eq+%22ada%22',
        outcome: 'usersRead',
        detail: { status: 200, totalResults: 1 },
      },
      {
        method: 'GET',
        path: '/Users?filter=nothing+pr',
        outcome: 'invalidFilter',
        detail: { status: 400, scimType: 'invalidFilter', message: expect.stringContaining('nothing') },
      },
      {
        method: 'PUT',
        path: `/Users/${id}`,
        outcome: 'versionConflict',
        resourceId: id,
        detail: { status: 412, message: 'message of VERSION_CONFLICT' },
      },
      {
        method: 'POST',
        path: '/Schemas',
        outcome: 'methodNotAllowed',
        detail: { status: 405, message: expect.anything() },
      },
      {
        method: 'GET',
        path: '/Groups',
        outcome: 'serviceUnavailable',
        detail: { status: 503, message: expect.anything() },
      },
    ]);
  });
});
