import { afterEach, describe, expect, it } from 'vitest';
import { type JobOptions, ProvisioningJob } from '../../src/cli/simulate/provisioning-job.ts';
import { simulateEntra } from '../../src/cli/simulate/simulate-entra.ts';
import { buildTenant, type Person, type Tenant } from '../../src/cli/simulate/tenant.ts';
import { type AnswerScript, emptyList, listOf, RequestRecorder } from './request-recorder.ts';

const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
});

async function aRecorder(script?: AnswerScript): Promise<RequestRecorder> {
  const recorder = await RequestRecorder.listen(script);
  opened.push(recorder);
  return recorder;
}

function aJob(recorder: RequestRecorder, tenant: Tenant, options: Partial<JobOptions> = {}): ProvisioningJob {
  const job = new ProvisioningJob({
    tenantUrl: recorder.tenantUrl,
    token: 'secret-token',
    tenant,
    concurrency: 1,
    retryPauseMs: 1,
    ...options,
  });
  opened.push(job);
  return job;
}

/** Ada and Grace with nothing but names and mail, so that whole bodies can be compared. */
function aTenant(groups: { displayName: string; userPrincipalNames: string[] }[] = []): Tenant {
  const people = [
    { displayName: 'Ada Lovelace', userPrincipalName: 'ada@acme.example' },
    { displayName: "Grace O'Hopper", userPrincipalName: 'grace+navy@acme.example' },
  ];
  const tenant = buildTenant({ people, groups });
  for (const person of tenant.people) {
    for (const key of ['title', 'office', 'streetAddress', 'city', 'state', 'postalCode', 'country'] as const) {
      Reflect.deleteProperty(person, key);
    }
    for (const key of ['jobTitle', 'department', 'employeeId', 'telephoneNumber', 'mobile', 'preferredLanguage']) {
      Reflect.deleteProperty(person, key);
    }
    person.manager = undefined;
  }
  return tenant;
}

function only(tenant: Tenant, userName: string): Person {
  const person = tenant.people.find((candidate) => candidate.userPrincipalName === userName);
  if (!person) throw new Error(`${userName} is not in the tenant`);
  return person;
}

const patchOf = (...operations: object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

describe('the requests of the Entra simulator', () => {
  it('carry the bearer token, the SCIM content type with charset, and no User-Agent or Accept', async () => {
    const recorder = await aRecorder();
    await aJob(recorder, aTenant()).synchronize();
    for (const { rawHeaders, method } of recorder.requests) {
      const names = rawHeaders.filter((_, index) => index % 2 === 0);
      expect(names).toEqual([
        'Authorization',
        ...(method === 'GET' ? [] : ['Content-Type', 'Content-Length']),
        'Host',
        'Connection',
      ]);
      expect(rawHeaders[1]).toBe('Bearer secret-token');
      if (method !== 'GET') expect(rawHeaders[3]).toBe('application/scim+json; charset=utf-8');
    }
  });

  it('probe with random GUIDs, excludedAttributes before filter, then match form-encoded before every create', async () => {
    const recorder = await aRecorder();
    await aJob(recorder, aTenant([{ displayName: 'Field & Sales', userPrincipalNames: [] }])).synchronize();
    const guid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
    expect(recorder.lines[0]).toMatch(new RegExp(`^GET /Users\\?filter=userName\\+eq\\+%22${guid}%22$`));
    expect(recorder.lines[1]).toMatch(
      new RegExp(`^GET /Groups\\?excludedAttributes=members&filter=displayName\\+eq\\+%22${guid}%22$`),
    );
    expect(recorder.lines.slice(2)).toEqual([
      'GET /Users?filter=userName+eq+%22ada%40acme.example%22',
      'POST /Users',
      'GET /Users?filter=userName+eq+%22grace%2Bnavy%40acme.example%22',
      'POST /Users',
      'GET /Groups?excludedAttributes=members&filter=displayName+eq+%22Field+%26+Sales%22',
      'POST /Groups',
    ]);
  });

  it("create a user byte for byte in Entra's key order, without attributes that have no value", async () => {
    const recorder = await aRecorder();
    const tenant = aTenant();
    Object.assign(only(tenant, 'ada@acme.example'), {
      jobTitle: 'Analyst',
      preferredLanguage: 'en-GB',
      office: '18/2111',
      city: 'Zürich',
      telephoneNumber: '+41 44 555 01',
      mobile: '+41 79 555 02',
      employeeId: '701984',
      department: 'R&D',
    });
    Reflect.deleteProperty(only(tenant, 'grace+navy@acme.example'), 'mail');
    await aJob(recorder, tenant).synchronize();
    const bodies = recorder.requests.filter(({ method }) => method === 'POST').map(({ body }) => body);
    const schemas =
      '"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]';
    expect(bodies).toEqual([
      `{${schemas},"externalId":"ada","userName":"ada@acme.example","active":true,"displayName":"Ada Lovelace",` +
        '"title":"Analyst","preferredLanguage":"en-GB",' +
        '"emails":[{"primary":true,"type":"work","value":"ada@acme.example"}],"meta":{"resourceType":"User"},' +
        '"name":{"formatted":"Ada Lovelace","familyName":"Lovelace","givenName":"Ada"},' +
        '"addresses":[{"primary":true,"type":"work","formatted":"18/2111","locality":"Zürich"}],' +
        '"phoneNumbers":[{"primary":true,"type":"work","value":"+41 44 555 01"},{"type":"mobile","value":"+41 79 555 02"}],' +
        '"roles":[],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984","department":"R&D"}}',
      `{${schemas},"externalId":"grace+navy","userName":"grace+navy@acme.example","active":true,` +
        '"displayName":"Grace O\'Hopper","meta":{"resourceType":"User"},' +
        '"name":{"formatted":"Grace O\'Hopper","familyName":"O\'Hopper","givenName":"Grace"},"roles":[]}',
    ]);
  });

  it('create a group empty and with the ADSCIM schema, and add its members afterwards in batches', async () => {
    const recorder = await aRecorder();
    const tenant = aTenant([
      { displayName: 'Marketing', userPrincipalNames: ['ada@acme.example', 'grace+navy@acme.example'] },
    ]);
    await aJob(recorder, tenant, { membersPerRequest: 1 }).synchronize();
    const [group] = tenant.groups;
    expect(recorder.bodies(/^POST .Groups/)).toEqual([
      {
        schemas: [
          'urn:ietf:params:scim:schemas:core:2.0:Group',
          'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
        ],
        externalId: group?.objectId,
        displayName: 'Marketing',
        meta: { resourceType: 'Group' },
      },
    ]);
    expect(recorder.lines.slice(-2)).toEqual([`PATCH /Groups/${group?.scimId}`, `PATCH /Groups/${group?.scimId}`]);
    expect(recorder.bodies(/^PATCH .Groups/)).toEqual(
      tenant.people.map(({ scimId }) =>
        patchOf({ op: 'Add', path: 'members', value: [{ $ref: null, value: scimId }] }),
      ),
    );
  });

  it('keep the flag of the tenant URL in front of every query', async () => {
    const recorder = await aRecorder();
    await aJob(recorder, aTenant(), { flag: true }).synchronize();
    expect(recorder.lines.slice(2, 4)).toEqual([
      'GET /Users?aadOptscim062020&filter=userName+eq+%22ada%40acme.example%22',
      'POST /Users?aadOptscim062020',
    ]);
  });
});

/** Brings both people and one group in, then forgets the requests made so far. */
async function aProvisionedJob(options: Partial<JobOptions> = {}, script?: AnswerScript) {
  const recorder = await aRecorder(script);
  const tenant = aTenant([
    { displayName: 'Marketing', userPrincipalNames: ['ada@acme.example', 'grace+navy@acme.example'] },
  ]);
  const job = aJob(recorder, tenant, options);
  await job.synchronize();
  recorder.requests.length = 0;
  const [ada, grace] = tenant.people;
  const [group] = tenant.groups;
  if (!ada || !grace || !group) throw new Error('the tenant is incomplete');
  return { recorder, tenant, job, ada, grace, group };
}

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('updates in the default dialect', () => {
  it('read the user by its id, then patch only differences: capitalised operations, one path each', async () => {
    const { recorder, job, ada } = await aProvisionedJob();
    Object.assign(ada, { surname: 'King', mail: 'ada.king@acme.example', office: '7/1', department: 'IT' });
    await job.synchronize({ people: [ada] });
    expect(recorder.lines.slice(2)).toEqual([`GET /Users/${ada.scimId}`, `PATCH /Users/${ada.scimId}`]);
    expect(recorder.bodies(/^PATCH/)).toEqual([
      patchOf(
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'ada.king@acme.example' },
        { op: 'Replace', path: 'name.formatted', value: 'Ada King' },
        { op: 'Replace', path: 'name.familyName', value: 'King' },
        { op: 'Replace', path: 'addresses[type eq "work"].formatted', value: '7/1' },
        { op: 'Add', path: `${enterprise}:department`, value: 'IT' },
      ),
    ]);
  });

  it('say nothing about a source that was emptied', async () => {
    const { recorder, job, ada } = await aProvisionedJob();
    Reflect.deleteProperty(ada, 'mail');
    await job.synchronize({ people: [ada] });
    expect(recorder.lines.slice(2)).toEqual([`GET /Users/${ada.scimId}`]);
  });

  it('disable with the string "False" and say nothing about memberships', async () => {
    const { recorder, job, ada } = await aProvisionedJob();
    ada.isSoftDeleted = true;
    await job.synchronize({ people: [ada], groups: job.tenant.groups });
    expect(recorder.bodies(/^PATCH/)).toEqual([patchOf({ op: 'Replace', path: 'active', value: 'False' })]);
  });

  it('restore with the string "True" and do not send the memberships again', async () => {
    let isDisabled = false;
    const { recorder, job, ada } = await aProvisionedJob({}, ({ method, url }) =>
      isDisabled && method === 'GET' && /Users.id-\d+$/.test(url)
        ? { status: 200, body: { id: 'id-1', userName: 'ada@acme.example', externalId: 'ada', active: false } }
        : undefined,
    );
    isDisabled = true;
    Reflect.deleteProperty(ada, 'mail');
    Object.assign(ada, { displayName: '', givenName: '', surname: '' });
    await job.synchronize({ people: [ada], groups: job.tenant.groups });
    expect(recorder.bodies(/^PATCH/)).toEqual([patchOf({ op: 'Replace', path: 'active', value: 'True' })]);
  });

  it('remove listed members by a value array with $ref null', async () => {
    const { recorder, job, ada, group } = await aProvisionedJob();
    group.members.delete(ada);
    await job.synchronize({ groups: [group] });
    expect(recorder.bodies(/^PATCH/)).toEqual([
      patchOf({ op: 'Remove', path: 'members', value: [{ $ref: null, value: ada.scimId }] }),
    ]);
  });

  it('ask for the manager, then add it as a reference, and remove it by a filter', async () => {
    const { recorder, job, ada, grace } = await aProvisionedJob();
    grace.manager = ada;
    await job.synchronize({ people: [grace] });
    grace.manager = undefined;
    await job.synchronize({ people: [grace] });
    expect(recorder.lines).toContain(
      `GET /Users?filter=id+eq+%22${grace.scimId}%22+and+manager+eq+%22${ada.scimId}%22&attributes=id`,
    );
    const location = `${recorder.tenantUrl}/Users/${ada.scimId}`;
    expect(recorder.bodies(/^PATCH/)).toEqual([
      patchOf({ op: 'Add', path: 'manager', value: [{ $ref: location, value: ada.scimId }] }),
      patchOf({ op: 'Remove', path: `manager[value eq "${ada.scimId}"]` }),
    ]);
  });

  it('unassign a group: its members are disabled one by one unless another group keeps them, then it is deleted', async () => {
    const { recorder, job, ada, grace, group } = await aProvisionedJob();
    job.tenant.groups.push({ ...group, displayName: 'Other', members: new Set([grace]), scimId: 'other' });
    await job.unassignGroup(group);
    expect(recorder.lines.slice(2)).toEqual([
      `GET /Users/${ada.scimId}`,
      `PATCH /Users/${ada.scimId}`,
      expect.stringMatching(/^DELETE \/Groups\/id-\d+$/),
    ]);
    expect(job.tenant.groups.map(({ displayName }) => displayName)).toEqual(['Other']);
  });

  it('purge a person with one DELETE and no request about the memberships', async () => {
    const { recorder, job, ada } = await aProvisionedJob();
    const id = ada.scimId;
    await job.deletePeople([ada]);
    await job.synchronize({ groups: job.tenant.groups });
    expect(recorder.lines.filter((line) => !line.startsWith('GET'))).toEqual([`DELETE /Users/${id}`]);
  });
});

describe('updates under aadOptscim062020', () => {
  it('collapse plain attributes into one pathless operation and keep filter paths', async () => {
    const { recorder, job, ada } = await aProvisionedJob({ flag: true });
    Object.assign(ada, { displayName: 'Ada King', surname: 'King', mail: 'ada.king@acme.example', department: 'IT' });
    await job.synchronize({ people: [ada] });
    expect(recorder.bodies(/^PATCH/)).toEqual([
      patchOf(
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'ada.king@acme.example' },
        {
          op: 'replace',
          value: { displayName: 'Ada King', 'name.formatted': 'Ada King', 'name.familyName': 'King' },
        },
        { op: 'add', path: `${enterprise}:department`, value: 'IT' },
      ),
    ]);
  });

  it('disable with a boolean', async () => {
    const { recorder, job, ada } = await aProvisionedJob({ flag: true });
    ada.isSoftDeleted = true;
    await job.synchronize({ people: [ada] });
    expect(recorder.bodies(/^PATCH/)).toEqual([patchOf({ op: 'replace', path: 'active', value: false })]);
  });

  it('add members without $ref and remove each by a filter path', async () => {
    const { recorder, job, ada, grace, group } = await aProvisionedJob({ flag: true });
    group.members.clear();
    await job.synchronize({ groups: [group] });
    group.members.add(ada).add(grace);
    await job.synchronize({ groups: [group] });
    expect(recorder.bodies(/^PATCH/)).toEqual([
      patchOf(
        { op: 'remove', path: `members[value eq "${ada.scimId}"]` },
        { op: 'remove', path: `members[value eq "${grace.scimId}"]` },
      ),
      patchOf({ op: 'add', path: 'members', value: [{ value: ada.scimId }, { value: grace.scimId }] }),
    ]);
  });

  it('give way to the default dialect on demand, where only the selected members arrive (S9)', async () => {
    const recorder = await aRecorder();
    const tenant = aTenant([
      { displayName: 'Marketing', userPrincipalNames: ['ada@acme.example', 'grace+navy@acme.example'] },
    ]);
    const [ada] = tenant.people;
    const [group] = tenant.groups;
    if (!ada || !group) throw new Error('the tenant is incomplete');
    await aJob(recorder, tenant, { flag: true }).provisionOnDemand({ group, members: [ada] });
    expect(recorder.bodies(/^POST .Users/)).toHaveLength(1);
    expect(recorder.bodies(/^PATCH/)).toEqual([
      patchOf({ op: 'Add', path: 'members', value: [{ $ref: null, value: ada.scimId }] }),
    ]);
  });
});

const scimError = (status: number, scimType?: string) => ({
  status,
  body: {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    detail: `refused with ${status}`,
    ...(scimType === undefined ? {} : { scimType }),
  },
});

describe('reactions to answers', () => {
  const run = (recorder: RequestRecorder, tenant = aTenant(), options: Partial<JobOptions> = {}) =>
    simulateEntra({
      tenantUrl: recorder.tenantUrl,
      token: 't',
      tenant,
      concurrency: 1,
      retryPauseMs: 1,
      retryLimit: 2,
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

  it('try a 429 and a 5xx again a bounded number of times, then go on with the next object', async () => {
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
      return { ...scimError(503), headers: { 'retry-after': '1' } };
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
    opened.length = 0;
    const summary = await simulateEntra({ tenantUrl, token: 't', tenant: aTenant() });
    expect(summary).toMatchObject({ requests: 1, retries: 0, quarantine: { code: 'WebExceptionProtocolError' } });
  });
});
