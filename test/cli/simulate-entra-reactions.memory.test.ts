import { afterEach, describe, expect, it } from 'vitest';
import { escrowReason, publishedRules } from '../../src/cli/simulate/entra/quarantine.ts';
import { type EntraSimulation, simulateEntra } from '../../src/cli/simulate/simulate-entra.ts';
import { failureSentence } from '../../src/cli/simulate/summary-text.ts';
import { buildTenant } from '../../src/cli/simulate/tenant.ts';
import { emptyList, listOf, type RequestRecorder } from './request-recorder.ts';
import { aJob, aProvisionedJob, aRecorder, aTenant, closeOpened, patchOf, scimError } from './simulated-entra.ts';

afterEach(closeOpened);

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('reactions to answers', () => {
  const run = (recorder: RequestRecorder, tenant = aTenant(), options: Partial<EntraSimulation> = {}) =>
    simulateEntra({
      tenantUrl: recorder.tenantUrl,
      token: 't',
      tenant,
      concurrency: 1,
      retryPauseMs: 1,
      retryLimit: 2,
      checksDrift: false,
      ...options,
    });

  it.each([401, 403])('stop the whole job at once after a %i', async (status) => {
    const recorder = await aRecorder(({ method }) => (method === 'POST' ? scimError(status) : undefined));
    const summary = await run(recorder);
    expect(recorder.bodies(/^POST/)).toHaveLength(1);
    expect(summary.quarantine?.message).toContain(`refused with ${status}`);
    expect(summary.errors).toMatchObject([{ status, count: 1, example: { request: 'POST /scim/v2/acme/Users' } }]);
  });

  it('stop when a probe is answered with a resource', async () => {
    const recorder = await aRecorder(() => ({ status: 200, body: listOf({ id: 'x', userName: 'x' }) }));
    const summary = await run(recorder);
    expect(recorder.lines).toHaveLength(1);
    expect(summary.quarantine?.code).toBe('SystemForCrossDomainIdentityManagementServiceIncompatible');
  });

  it('stop when a filter without a hit is answered with 404', async () => {
    const recorder = await aRecorder(() => scimError(404));
    const summary = await run(recorder);
    expect(summary.quarantine?.message).toContain('200 and an empty list');
  });

  it('match again after a 409 on POST and patch what was found', async () => {
    const found = { id: 'u-1', userName: 'ada@acme.example' };
    let conflicts = 0;
    const recorder = await aRecorder(({ method, url }) => {
      if (method === 'POST') {
        conflicts += 1;
        return scimError(409, 'uniqueness');
      }
      if (conflicts === 1 && url.includes('ada%40')) return { status: 200, body: listOf(found) };
      return url.endsWith('/Users/u-1') && method === 'GET' ? { status: 200, body: found } : undefined;
    });
    const summary = await run(recorder);
    expect(recorder.lines.slice(3, 7)).toEqual([
      'POST /Users',
      'GET /Users?filter=userName+eq+%22ada%40acme.example%22',
      'GET /Users/u-1',
      'PATCH /Users/u-1',
    ]);
    expect(summary.actions['user.restore']).toBe(1);
    expect(summary.errors).toMatchObject([
      {
        status: 409,
        scimType: 'uniqueness',
        code: 'EntryConflict',
        count: 1,
        example: { object: 'grace+navy@acme.example' },
      },
    ]);
  });

  it('report a 404 on a cached id as InvalidAnchor and leave that object alone from then on', async () => {
    let isGone = false;
    const recorder = await aRecorder(({ url }) => (isGone && url.includes('/Users/id-') ? scimError(404) : undefined));
    const job = aJob(recorder, aTenant());
    await job.synchronize();
    isGone = true;
    await job.synchronize();
    recorder.requests.length = 0;
    await job.synchronize();
    expect(recorder.lines).toHaveLength(2);
    expect(job.summary().errors).toMatchObject([{ status: 404, code: 'InvalidAnchor', count: 2 }]);
  });

  it('try a 429 again a bounded number of times, then go on with the next object', async () => {
    const recorder = await aRecorder(({ method, body }) =>
      method === 'POST' && body.includes('ada@') ? { ...scimError(429), headers: { 'retry-after': '0' } } : undefined,
    );
    const summary = await run(recorder);
    expect(recorder.bodies(/^POST/)).toHaveLength(4);
    expect(summary).toMatchObject({ retries: 2, failed: 1, errors: [{ status: 429, code: 'TooManyRequests' }] });
    expect(summary.actions['user.create']).toBe(1);
  });

  it('wait as long as Retry-After asks', async () => {
    let refusals = 0;
    const recorder = await aRecorder(({ method }) => {
      if (method !== 'POST' || refusals > 0) return undefined;
      refusals += 1;
      return { ...scimError(429), headers: { 'retry-after': '1' } };
    });
    const startedAt = performance.now();
    const summary = await run(recorder);
    expect(performance.now() - startedAt).toBeGreaterThan(950);
    expect(summary).toMatchObject({ retries: 1, failed: 0 });
  });

  it('refuse members that come although they were excluded', async () => {
    const recorder = await aRecorder(({ url }) =>
      url.includes('Marketing')
        ? { status: 200, body: listOf({ id: 'g', displayName: 'Marketing', members: [] }) }
        : undefined,
    );
    const summary = await run(recorder, aTenant([{ displayName: 'Marketing', userPrincipalNames: [] }]));
    expect(summary.errors).toMatchObject([{ code: 'SystemForCrossDomainIdentityManagementMultipleEntriesInResponse' }]);
  });

  it('refuse a manager given as a string and a list without totalResults', async () => {
    const user = { id: 'u-1', [enterprise]: { manager: 'u-2' } };
    const recorder = await aRecorder(({ url }) => {
      if (url.includes('ada%40')) return { status: 200, body: listOf(user) };
      if (url.includes('grace')) return { status: 200, body: { ...emptyList, totalResults: '0' } };
      return url.endsWith('/Users/u-1') ? { status: 200, body: user } : undefined;
    });
    const summary = await run(recorder);
    expect(summary.errors).toMatchObject([
      { code: 'SystemForCrossDomainIdentityManagementServiceIncompatible', count: 2 },
    ]);
  });

  it('stop without retries when nothing listens at the address', async () => {
    const recorder = await aRecorder();
    const { tenantUrl } = recorder;
    await recorder.close();
    const summary = await simulateEntra({ tenantUrl, token: 't', tenant: aTenant() });
    expect(summary).toMatchObject({ requests: 1, retries: 0, quarantine: { code: 'WebExceptionProtocolError' } });
  });
});

describe('an object that fails', () => {
  /** Refuses the first `times` creations of Ada. */
  const refusesAda = (times: number, status = 503) => {
    let left = times;
    return ({ method, body }: { method: string; body: string }) => {
      if (method !== 'POST' || !body.includes('ada@') || left === 0) return undefined;
      left -= 1;
      return scimError(status);
    };
  };
  const adaPosts = (recorder: RequestRecorder) =>
    recorder.requests.filter(({ method, body }) => method === 'POST' && body.includes('ada@')).length;

  it.each([400, 500, 503])('is not tried again in the same cycle after a %i, but in the next one', async (status) => {
    const recorder = await aRecorder(refusesAda(1, status));
    const tenant = aTenant();
    const job = aJob(recorder, tenant);
    await job.initialCycle();
    expect([adaPosts(recorder), job.summary().unresolved]).toEqual([1, 1]);
    tenant.advance(40);
    await job.incrementalCycle();
    expect([adaPosts(recorder), job.summary().unresolved]).toEqual([2, 0]);
    expect(job.summary()).toMatchObject({ failed: 1, quarantine: null, retries: 0 });
  });

  it('is tried again after gaps that double, up to a day', async () => {
    const recorder = await aRecorder(refusesAda(100));
    const tenant = aTenant();
    const job = aJob(recorder, tenant);
    await job.initialCycle();
    const tried: number[] = [];
    for (let minute = 40; minute <= 4 * 24 * 60; minute += 40) {
      const before = adaPosts(recorder);
      tenant.advance(40);
      await job.incrementalCycle();
      if (adaPosts(recorder) > before) tried.push(minute);
    }
    expect(tried).toEqual([40, 120, 280, 600, 1240, 2520, 3960, 5400]);
  });

  it('keeps its memberships and reports waiting, which follow when it has come through', async () => {
    const recorder = await aRecorder(refusesAda(1));
    const tenant = aTenant([
      { displayName: 'Marketing', userPrincipalNames: ['ada@acme.example', 'grace+navy@acme.example'] },
    ]);
    const [ada, grace] = tenant.people;
    if (!ada || !grace) throw new Error('the tenant is incomplete');
    grace.manager = ada;
    const job = aJob(recorder, tenant);
    await job.initialCycle();
    recorder.requests.length = 0;
    tenant.advance(40);
    await job.incrementalCycle();
    const adaId = job.memory.userIds.get(ada);
    expect(recorder.bodies(/^PATCH/)).toEqual([
      patchOf({ op: 'Add', path: 'manager', value: [{ $ref: `${recorder.tenantUrl}/Users/${adaId}`, value: adaId }] }),
      patchOf({ op: 'Add', path: 'members', value: [{ $ref: null, value: adaId }] }),
    ]);
    expect(job.summary().unresolved).toBe(0);
  });
});

describe('somebody who comes into scope later than what points to them', () => {
  it('is not noticed by the manager and the group before the group changes or provisioning is restarted', async () => {
    const recorder = await aRecorder();
    const tenant = aTenant([
      { displayName: 'Marketing', userPrincipalNames: ['ada@acme.example', 'grace+navy@acme.example'] },
    ]);
    const [ada, grace] = tenant.people;
    if (!ada || !grace) throw new Error('the tenant is incomplete');
    grace.manager = ada;
    ada.isAssigned = false;
    const job = aJob(recorder, tenant);
    await job.initialCycle();
    tenant.change([ada], (person) => {
      person.isAssigned = true;
    });
    recorder.requests.length = 0;
    await job.incrementalCycle();
    expect(recorder.lines.filter((line) => !line.startsWith('GET'))).toEqual(['POST /Users']);
    recorder.requests.length = 0;
    await job.restart();
    expect(recorder.bodies(/^PATCH/)).toHaveLength(2);
  });
});

describe('quarantine', () => {
  const hours = (count: number) => count * 60;

  it('is entered at once for refused credentials, tried after 6, 12, 24 hours and then daily, and left when it works', async () => {
    let isRefused = false;
    const { recorder, tenant, job, ada } = await aProvisionedJob(
      {},
      { script: () => (isRefused ? scimError(401) : undefined) },
    );
    isRefused = true;
    tenant.change([ada], (person) => {
      person.jobTitle = 'Countess';
    });
    await job.incrementalCycle();
    expect(job.summary().quarantine).toMatchObject({ code: 'Unauthorized', reason: 'EncounteredQuarantineException' });
    const gaps: number[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      gaps.push(job.minutesToNextCycle);
      tenant.advance(job.minutesToNextCycle);
      await job.incrementalCycle();
    }
    expect(gaps).toEqual([hours(6), hours(12), hours(24), hours(24)]);
    // Each attempt begins with the probe, and ends with it.
    expect(recorder.lines).toHaveLength(5);

    isRefused = false;
    recorder.requests.length = 0;
    await job.incrementalCycle();
    expect(job.summary().quarantine).toBeNull();
    expect(job.minutesToNextCycle).toBe(40);
    expect(recorder.bodies(/^PATCH/)).toEqual([patchOf({ op: 'Add', path: 'title', value: 'Countess' })]);
  });

  it('ends in a disabled job after four weeks, which sends nothing until provisioning is restarted', async () => {
    let isRefused = true;
    const recorder = await aRecorder(() => (isRefused ? scimError(403) : undefined));
    const tenant = aTenant();
    const job = aJob(recorder, tenant);
    await job.initialCycle();
    while (!job.isDisabled) {
      tenant.advance(job.minutesToNextCycle);
      await job.incrementalCycle();
    }
    expect(tenant.now).toBe(hours(28 * 24 + 18));
    recorder.requests.length = 0;
    isRefused = false;
    await job.incrementalCycle();
    expect(recorder.requests).toEqual([]);
    await job.restart();
    expect(recorder.bodies(/^POST/)).toHaveLength(2);
    expect(job.isDisabled).toBe(false);
  });

  it('is entered when the share of failing objects is too large, and goes on with what was left', async () => {
    let isBroken = true;
    const recorder = await aRecorder(({ method }) => (isBroken && method === 'POST' ? scimError(400) : undefined));
    const tenant = buildTenant({ userCount: 50 });
    const job = aJob(recorder, tenant, { quarantineRules: { failuresMin: 10 } });
    await job.initialCycle();
    expect(recorder.bodies(/^POST/)).toHaveLength(10);
    expect(job.summary()).toMatchObject({
      failed: 10,
      quarantine: { code: 'EncounteredEscrowProportionThreshold' },
      cycles: [{ kind: 'initial', quarantine: 'EncounteredEscrowProportionThreshold' }],
    });
    isBroken = false;
    tenant.advance(job.minutesToNextCycle);
    await job.incrementalCycle();
    expect(job.summary()).toMatchObject({ quarantine: null, unresolved: 0, actions: { 'user.create': 50 } });
  });

  it('is not entered while three in ten fail', async () => {
    let number = 0;
    const recorder = await aRecorder(({ method }) => {
      if (method !== 'POST') return undefined;
      number += 1;
      return number % 10 >= 7 ? scimError(400) : undefined;
    });
    const job = aJob(recorder, buildTenant({ userCount: 50 }), { quarantineRules: { failuresMin: 10 } });
    await job.initialCycle();
    expect(job.summary()).toMatchObject({ quarantine: null, failed: 15 });
  });

  it('follows the published thresholds', () => {
    const reason = (objects: number, references: number, provisioned: number) =>
      escrowReason({ objects, references, provisioned }, publishedRules);
    expect(reason(4_999, 0, 0)).toBeUndefined();
    expect(reason(5_000, 0, 0)).toBe('EncounteredEscrowProportionThreshold');
    expect(reason(5_000, 0, 7_500)).toBeUndefined();
    expect(reason(5_001, 0, 7_500)).toBe('EncounteredEscrowProportionThreshold');
    expect(reason(40_000, 0, 1_000_000)).toBeUndefined();
    expect(reason(40_001, 0, 1_000_000)).toBe('EncounteredBaseEscrowThreshold');
    expect(reason(40_000, 20_000, 1_000_000)).toBeUndefined();
    expect(reason(40_000, 20_001, 1_000_000)).toBe('EncounteredTotalEscrowThreshold');
  });

  it('is entered before anything is sent when more people would be disabled than the accidental deletion threshold', async () => {
    const { recorder, tenant, job, ada, grace } = await aProvisionedJob({ deletionThreshold: 1 });
    tenant.softDelete([ada, grace]);
    await job.incrementalCycle();
    expect(recorder.requests).toEqual([]);
    expect(job.summary().quarantine?.reason).toBe('TooManyDeletes');
    tenant.restore([grace]);
    await job.incrementalCycle();
    expect(job.summary().quarantine).toBeNull();
    expect(recorder.bodies(/^PATCH/)).toEqual([patchOf({ op: 'Replace', path: 'active', value: 'False' })]);
  });
});

describe('a restart of provisioning', () => {
  it('matches everybody by filter again and patches only the differences', async () => {
    const found = new Map<string, object>();
    const { recorder, job, ada, adaId, group } = await aProvisionedJob(
      {},
      {
        script: ({ method, url }) => {
          const match = method === 'GET' && [...found].find(([part]) => url.includes(part));
          return match ? { status: 200, body: match[1] } : undefined;
        },
      },
    );
    found.set('filter=userName+eq+%22ada%40', listOf({ id: adaId, userName: ada.userPrincipalName }));
    found.set('filter=displayName+eq+%22Marketing', listOf({ id: 'g-1', displayName: 'Marketing' }));
    found.set('/Groups/g-1', { id: 'g-1', displayName: 'Marketing', externalId: group.objectId });
    await job.restart();
    expect(recorder.lines.filter((line) => /Users/.test(line)).slice(1)).toEqual([
      'GET /Users?filter=userName+eq+%22ada%40acme.example%22',
      `GET /Users/${adaId}`,
      'GET /Users?filter=userName+eq+%22grace%2Bnavy%40acme.example%22',
      'POST /Users',
    ]);
    expect(recorder.lines.filter((line) => /Groups/.test(line)).slice(1)).toEqual([
      'GET /Groups?excludedAttributes=members&filter=displayName+eq+%22Marketing%22',
      'GET /Groups/g-1?excludedAttributes=members',
      'PATCH /Groups/g-1',
    ]);
    expect(job.summary().cycles.map(({ kind }) => kind)).toEqual(['initial', 'restart']);
  });
});

describe('a simulation that is stopped', () => {
  it('finishes what is under way, begins nothing more and reads nothing back', async () => {
    const stop = new AbortController();
    const recorder = await aRecorder(({ method }) => {
      if (method === 'POST') stop.abort();
      return undefined;
    });
    const tenant = buildTenant({ userCount: 30 });
    const { tenantUrl } = recorder;
    const summary = await simulateEntra({ tenantUrl, token: 't', tenant, concurrency: 1, signal: stop.signal });
    expect(recorder.lines).toHaveLength(4);
    expect(summary).toMatchObject({ wasInterrupted: true, drift: null, actions: { 'user.create': 1 }, failed: 0 });
    expect(failureSentence(summary)?.code).toBe('interrupted');
  });

  it('ends as usual between two cycles', async () => {
    const stop = new AbortController();
    const recorder = await aRecorder();
    const summary = await simulateEntra({
      tenantUrl: recorder.tenantUrl,
      token: 't',
      tenant: aTenant(),
      intervalSeconds: 3_600,
      checksDrift: false,
      signal: stop.signal,
      onCycle: () => stop.abort(),
    });
    expect(summary).toMatchObject({ wasInterrupted: false, cycles: [{ kind: 'initial', people: 2, groups: 0 }] });
  });
});

describe('the rate of requests', () => {
  it('is held after a burst of one second', async () => {
    const recorder = await aRecorder();
    const startedAt = performance.now();
    const { tenantUrl } = recorder;
    const tenant = buildTenant({ userCount: 30 });
    const run = { tenantUrl, token: 't', tenant, requestsPerSecond: 60, checksDrift: false };
    const { requests } = await simulateEntra(run);
    expect(requests).toBeGreaterThan(90);
    expect(performance.now() - startedAt).toBeGreaterThan(((requests - 62) / 60) * 1000);
  });
});
