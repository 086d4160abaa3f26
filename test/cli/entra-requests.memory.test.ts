import { afterEach, describe, expect, it } from 'vitest';
import { type AnswerScript, listOf } from './request-recorder.ts';
import { aJob, aProvisionedJob, aRecorder, aTenant, closeOpened, only, patchOf } from './simulated-entra.ts';

afterEach(closeOpened);

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
    const job = aJob(recorder, tenant, { membersPerRequest: 1 });
    await job.synchronize();
    const [group] = tenant.groups;
    if (!group) throw new Error('the tenant has no group');
    expect(recorder.bodies(/^POST .Groups/)).toEqual([
      {
        schemas: [
          'urn:ietf:params:scim:schemas:core:2.0:Group',
          'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
        ],
        externalId: group.objectId,
        displayName: 'Marketing',
        meta: { resourceType: 'Group' },
      },
    ]);
    const path = `/Groups/${job.memory.groupIds.get(group)}`;
    expect(recorder.lines.slice(-2)).toEqual([`PATCH ${path}`, `PATCH ${path}`]);
    expect(recorder.bodies(/^PATCH .Groups/)).toEqual(
      tenant.people.map((person) =>
        patchOf({ op: 'Add', path: 'members', value: [{ $ref: null, value: job.memory.userIds.get(person) }] }),
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

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('updates in the default dialect', () => {
  it('read the user by its id, then patch only differences: capitalised operations, one path each', async () => {
    const { recorder, job, ada, adaId } = await aProvisionedJob();
    Object.assign(ada, { surname: 'King', mail: 'ada.king@acme.example', office: '7/1', department: 'IT' });
    await job.synchronize({ people: [ada] });
    expect(recorder.lines.slice(2)).toEqual([`GET /Users/${adaId}`, `PATCH /Users/${adaId}`]);
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
    const { recorder, job, ada, adaId } = await aProvisionedJob();
    Reflect.deleteProperty(ada, 'mail');
    await job.synchronize({ people: [ada] });
    expect(recorder.lines.slice(2)).toEqual([`GET /Users/${adaId}`]);
  });

  it('disable with the string "False" and say nothing about memberships', async () => {
    const { recorder, job, ada } = await aProvisionedJob();
    ada.deletedAt = 0;
    await job.synchronize({ people: [ada], groups: job.tenant.groups });
    expect(recorder.bodies(/^PATCH/)).toEqual([patchOf({ op: 'Replace', path: 'active', value: 'False' })]);
  });

  it('restore with the string "True" and do not send the memberships again', async () => {
    let isDisabled = false;
    const script: AnswerScript = ({ method, url }) =>
      isDisabled && method === 'GET' && /Users.id-\d+$/.test(url)
        ? { status: 200, body: { id: 'id-1', userName: 'ada@acme.example', externalId: 'ada', active: false } }
        : undefined;
    const { recorder, job, ada } = await aProvisionedJob({}, { script });
    isDisabled = true;
    Reflect.deleteProperty(ada, 'mail');
    Object.assign(ada, { displayName: '', givenName: '', surname: '' });
    await job.synchronize({ people: [ada], groups: job.tenant.groups });
    expect(recorder.bodies(/^PATCH/)).toEqual([patchOf({ op: 'Replace', path: 'active', value: 'True' })]);
  });

  it('remove listed members by a value array with $ref null', async () => {
    const { recorder, job, ada, group, adaId } = await aProvisionedJob();
    group.members.delete(ada);
    await job.synchronize({ groups: [group] });
    expect(recorder.bodies(/^PATCH/)).toEqual([
      patchOf({ op: 'Remove', path: 'members', value: [{ $ref: null, value: adaId }] }),
    ]);
  });

  it('ask for the manager, then add it as a reference, and remove it by a filter', async () => {
    const { recorder, job, ada, grace, adaId, graceId } = await aProvisionedJob();
    grace.manager = ada;
    await job.synchronize({ people: [grace] });
    grace.manager = undefined;
    await job.synchronize({ people: [grace] });
    expect(recorder.lines).toContain(
      `GET /Users?filter=id+eq+%22${graceId}%22+and+manager+eq+%22${adaId}%22&attributes=id`,
    );
    const location = `${recorder.tenantUrl}/Users/${adaId}`;
    expect(recorder.bodies(/^PATCH/)).toEqual([
      patchOf({ op: 'Add', path: 'manager', value: [{ $ref: location, value: adaId }] }),
      patchOf({ op: 'Remove', path: `manager[value eq "${adaId}"]` }),
    ]);
  });

  it('unassign a group: its members are disabled one by one unless another group keeps them, then it is deleted', async () => {
    const { recorder, job, tenant, ada, adaId, graceId, group } = await aProvisionedJob(
      {},
      { otherGroup: ['grace+navy@acme.example'] },
    );
    tenant.unassign(group);
    await job.incrementalCycle();
    expect(recorder.lines.slice(2)).toEqual([
      `GET /Users/${adaId}`,
      `PATCH /Users/${adaId}`,
      expect.stringMatching(/^DELETE \/Groups\/id-\d+$/),
    ]);
    expect(recorder.lines.join()).not.toContain(graceId);
    recorder.requests.length = 0;
    ada.jobTitle = 'Countess';
    tenant.change([ada], () => undefined);
    await job.incrementalCycle();
    expect(recorder.lines).toHaveLength(2);
  });

  it('purge a person with one DELETE and no request about the memberships', async () => {
    const { recorder, job, tenant, ada, adaId, group } = await aProvisionedJob();
    tenant.purge([ada]);
    tenant.changeGroup(group, () => undefined);
    await job.incrementalCycle();
    expect(recorder.lines.filter((line) => !line.startsWith('GET'))).toEqual([`DELETE /Users/${adaId}`]);
  });

  it('send no DELETE for somebody who was out of scope when they were deleted', async () => {
    const { recorder, job, tenant, ada, group } = await aProvisionedJob();
    tenant.unassign(group);
    await job.incrementalCycle();
    recorder.requests.length = 0;
    tenant.purge([ada]);
    await job.incrementalCycle();
    expect(recorder.lines).toHaveLength(2);
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
    ada.deletedAt = 0;
    await job.synchronize({ people: [ada] });
    expect(recorder.bodies(/^PATCH/)).toEqual([patchOf({ op: 'replace', path: 'active', value: false })]);
  });

  it('add members without $ref and remove each by a filter path', async () => {
    const { recorder, job, ada, grace, group, adaId, graceId } = await aProvisionedJob({ flag: true });
    group.members.clear();
    await job.synchronize({ groups: [group] });
    group.members.add(ada).add(grace);
    await job.synchronize({ groups: [group] });
    expect(recorder.bodies(/^PATCH/)).toEqual([
      patchOf(
        { op: 'remove', path: `members[value eq "${adaId}"]` },
        { op: 'remove', path: `members[value eq "${graceId}"]` },
      ),
      patchOf({ op: 'add', path: 'members', value: [{ value: adaId }, { value: graceId }] }),
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
    const job = aJob(recorder, tenant, { flag: true });
    await job.provisionOnDemand({ group, members: [ada] });
    expect(recorder.bodies(/^POST .Users/)).toHaveLength(1);
    expect(recorder.bodies(/^PATCH/)).toEqual([
      patchOf({ op: 'Add', path: 'members', value: [{ $ref: null, value: job.memory.userIds.get(ada) }] }),
    ]);
  });
});

describe('matching', () => {
  it('probes and matches groups by externalId first, then by displayName', async () => {
    const recorder = await aRecorder();
    const tenant = aTenant([{ displayName: 'Marketing', userPrincipalNames: [] }]);
    await aJob(recorder, tenant, { matching: { groups: ['externalId', 'displayName'] } }).synchronize({
      groups: tenant.groups,
    });
    const objectId = tenant.groups[0]?.objectId;
    expect(recorder.lines[1]).toMatch(
      /^GET \/Groups\?excludedAttributes=members&filter=externalId\+eq\+%22[0-9a-f-]{36}%22$/,
    );
    expect(recorder.lines.slice(2)).toEqual([
      `GET /Groups?excludedAttributes=members&filter=externalId+eq+%22${objectId}%22`,
      'GET /Groups?excludedAttributes=members&filter=displayName+eq+%22Marketing%22',
      'POST /Groups',
    ]);
  });

  it('tries the matching attributes of users one after another and stops at the first hit', async () => {
    const found = { id: 'u-1', userName: 'somebody else', externalId: 'ada' };
    const recorder = await aRecorder(({ method, url }) => {
      if (method === 'GET' && url.endsWith('filter=externalId+eq+%22ada%22'))
        return { status: 200, body: listOf(found) };
      return method === 'GET' && url.endsWith('/Users/u-1') ? { status: 200, body: found } : undefined;
    });
    const tenant = aTenant();
    const ada = only(tenant, 'ada@acme.example');
    await aJob(recorder, tenant, { matching: { users: ['mail', 'externalId', 'userName'] } }).synchronize({
      people: [ada],
    });
    expect(recorder.lines[0]).toMatch(
      /^GET \/Users\?filter=emails%5Btype\+eq\+%22work%22%5D.value\+eq\+%22[0-9a-f-]{36}%22$/,
    );
    expect(recorder.lines.slice(2)).toEqual([
      'GET /Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22ada%40acme.example%22',
      'GET /Users?filter=externalId+eq+%22ada%22',
      'GET /Users/u-1',
      'PATCH /Users/u-1',
    ]);
  });
});
