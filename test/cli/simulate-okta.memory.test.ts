import { afterEach, describe, expect, it } from 'vitest';
import { OktaApp, type OktaOptions } from '../../src/cli/simulate/okta/okta-app.ts';
import { simulateOkta } from '../../src/cli/simulate/simulate-okta.ts';
import { type AnswerScript, listOf, type RequestRecorder } from './request-recorder.ts';
import { aRecorder, aTenant, closeOpened, only, patchOf, scimError } from './simulated-entra.ts';

afterEach(closeOpened);

const bothInMarketing = [
  { displayName: 'Marketing', userPrincipalNames: ['ada@acme.example', 'grace+navy@acme.example'] },
];

/** An app that has pushed both people and one group; the requests so far are forgotten. */
async function aPushedApp(options: Partial<OktaOptions> = {}, script?: AnswerScript) {
  const recorder = await aRecorder(script);
  const tenant = aTenant(bothInMarketing);
  const app = appOf(recorder, { tenant, ...options });
  await app.begin();
  recorder.requests.length = 0;
  const ada = only(tenant, 'ada@acme.example');
  const grace = only(tenant, 'grace+navy@acme.example');
  const [group] = tenant.groups;
  const adaId = app.memory.userIds.get(ada);
  const graceId = app.memory.userIds.get(grace);
  const groupId = group && app.memory.groupIds.get(group);
  if (!group || !adaId || !graceId || !groupId) throw new Error('the tenant is incomplete');
  return { recorder, tenant, app, ada, grace, group, adaId, graceId, groupId };
}

function appOf(recorder: RequestRecorder, options: Partial<OktaOptions> & Pick<OktaOptions, 'tenant'>): OktaApp {
  return new OktaApp({ tenantUrl: recorder.tenantUrl, token: 't', concurrency: 1, retryPauseMs: 1, ...options });
}

const writes = (recorder: RequestRecorder) => recorder.lines.filter((line) => !line.startsWith('GET'));

describe('the requests of the Okta simulator', () => {
  it('carry the headers of its reference', async () => {
    const recorder = await aRecorder();
    await appOf(recorder, { tenant: aTenant() }).begin();
    for (const { rawHeaders, method } of recorder.requests) {
      expect(rawHeaders.slice(0, -4)).toEqual([
        ...['Authorization', 'Bearer t', 'Accept', 'application/scim+json', 'Accept-Charset', 'utf-8'],
        ...['User-Agent', 'Okta SCIM Client 1.0.0', 'Accept-Encoding', 'gzip,deflate'],
        ...(method === 'GET' ? [] : ['Content-Type', 'application/scim+json; charset=utf-8']),
        ...(method === 'GET' ? [] : ['Content-Length', expect.any(String)]),
      ]);
    }
  });

  it('test the credentials, import users and groups, look for each, and create with percent encoding', async () => {
    const recorder = await aRecorder();
    await appOf(recorder, { tenant: aTenant(bothInMarketing) }).begin();
    expect(recorder.lines).toEqual([
      'GET /Users?startIndex=1&count=2',
      'GET /Users?startIndex=1&count=100',
      'GET /Groups?startIndex=1&count=100',
      'GET /Users?filter=userName%20eq%20%22ada%40acme.example%22&startIndex=1&count=100',
      'POST /Users',
      'GET /Users?filter=userName%20eq%20%22grace%2Bnavy%40acme.example%22&startIndex=1&count=100',
      'POST /Users',
      'GET /Groups?filter=displayName%20eq%20%22Marketing%22&startIndex=1&count=100',
      'POST /Groups',
      expect.stringMatching(/^PATCH \/Groups\/id-3$/),
    ]);
  });

  it('create a user with an empty list of groups and a password where passwords are synchronized', async () => {
    const recorder = await aRecorder();
    const tenant = aTenant();
    only(tenant, 'ada@acme.example').department = 'IT';
    await appOf(recorder, { tenant, syncsPasswords: true }).begin();
    const [ada, grace] = recorder.bodies(/^POST .Users/);
    expect(Object.keys(ada as object)).toEqual([
      ...['schemas', 'userName', 'name', 'emails', 'displayName', 'externalId'],
      ...['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'groups', 'password', 'active'],
    ]);
    expect(grace).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'grace+navy@acme.example',
      name: { givenName: 'Grace', familyName: "O'Hopper" },
      emails: [{ primary: true, type: 'work', value: 'grace+navy@acme.example' }],
      displayName: "Grace O'Hopper",
      externalId: expect.stringMatching(/^00u[0-9a-f]{17}$/),
      groups: [],
      password: expect.any(String),
      active: true,
    });
  });

  it('create a group empty and add its members with value and display', async () => {
    const recorder = await aRecorder();
    await appOf(recorder, { tenant: aTenant(bothInMarketing) }).begin();
    expect(recorder.bodies(/^P\w+ .Groups/)).toEqual([
      { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Marketing', members: [] },
      patchOf({
        op: 'add',
        path: 'members',
        value: [
          { value: 'id-1', display: 'ada@acme.example' },
          { value: 'id-2', display: 'grace+navy@acme.example' },
        ],
      }),
    ]);
  });
});

describe('an app of the catalogue', () => {
  it('reads a user and puts the whole profile', async () => {
    const { recorder, tenant, app, ada, adaId } = await aPushedApp();
    tenant.change([ada], (person) => {
      person.jobTitle = 'Countess';
    });
    await app.pushChanges();
    expect(recorder.lines).toEqual([`GET /Users/${adaId}`, `PUT /Users/${adaId}`]);
    expect(recorder.bodies(/^PUT/)).toEqual([
      {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        id: adaId,
        userName: 'ada@acme.example',
        name: { givenName: 'Ada', familyName: 'Lovelace' },
        emails: [{ primary: true, type: 'work', value: 'ada@acme.example' }],
        displayName: 'Ada Lovelace',
        title: 'Countess',
        externalId: expect.any(String),
        active: true,
        groups: [],
        meta: { resourceType: 'User' },
      },
    ]);
  });

  it('deactivates by an object without a path, and deletes nobody', async () => {
    const { recorder, tenant, app, ada, grace, adaId, graceId } = await aPushedApp();
    tenant.softDelete([ada]);
    await app.pushChanges();
    tenant.purge([ada, grace]);
    await app.pushChanges();
    expect(writes(recorder)).toEqual([`PATCH /Users/${adaId}`, `PATCH /Users/${graceId}`]);
    const off = patchOf({ op: 'replace', value: { active: false } });
    expect(recorder.bodies(/^PATCH/)).toEqual([off, off]);
  });

  it('looks for somebody who is assigned again, and reactivates the inactive record that it finds', async () => {
    let found: object | undefined;
    const { recorder, tenant, app, ada, adaId } = await aPushedApp({}, ({ method, url }) =>
      found && method === 'GET' && url.includes('ada%40') ? { status: 200, body: listOf(found) } : undefined,
    );
    const record = {
      id: adaId,
      userName: 'ada@acme.example',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [{ type: 'work', value: 'ada@acme.example' }],
      displayName: 'Ada Lovelace',
      externalId: `00u${ada.objectId.replaceAll('-', '').slice(0, 17)}`,
    };
    tenant.softDelete([ada]);
    await app.pushChanges();
    found = { ...record, active: false };
    recorder.requests.length = 0;
    tenant.restore([ada]);
    await app.pushChanges();
    expect(recorder.lines).toEqual([
      'GET /Users?filter=userName%20eq%20%22ada%40acme.example%22&startIndex=1&count=100',
      `PATCH /Users/${adaId}`,
      // The group has somebody again who could not be sent.
      expect.stringMatching(/^GET \/Groups\/id-3\?excludedAttributes=members$/),
    ]);
    expect(recorder.bodies(/^PATCH/)).toEqual([patchOf({ op: 'replace', value: { active: true } })]);
  });
  it('rehires by a fresh POST without a look before', async () => {
    const { recorder, tenant, app, ada } = await aPushedApp();
    tenant.softDelete([ada]);
    await app.pushChanges();
    recorder.requests.length = 0;
    await app.rehire([ada]);
    expect(recorder.lines).toEqual(['POST /Users']);
    expect(recorder.bodies(/^POST/)).toMatchObject([{ userName: 'ada@acme.example', active: true }]);
  });

  it('renames, removes and adds in one request', async () => {
    const { recorder, tenant, app, ada, group, adaId, groupId } = await aPushedApp();
    tenant.changeGroup(group, ({ members }) => members.delete(ada));
    await app.pushChanges();
    tenant.changeGroup(group, (changed) => {
      changed.displayName = 'Sales';
      changed.members.clear();
      changed.members.add(ada);
    });
    await app.pushChanges();
    const [, second] = recorder.bodies(/^PATCH .Groups/);
    expect(recorder.bodies(/^PATCH .Groups/)[0]).toEqual(
      patchOf({ op: 'remove', path: `members[value eq "${adaId}"]` }),
    );
    expect(second).toEqual(
      patchOf(
        { op: 'replace', value: { id: groupId, displayName: 'Sales' } },
        { op: 'remove', path: expect.stringMatching(/^members\[value eq "id-2"\]$/) },
        { op: 'add', path: 'members', value: [{ value: adaId, display: 'ada@acme.example' }] },
      ),
    );
  });

  it('replaces the whole list when a group is pushed in full, an empty one too, and splits a long one', async () => {
    const { recorder, app, group, adaId, graceId } = await aPushedApp({ membersPerRequest: 1 });
    await app.pushGroupsInFull();
    group.members.clear();
    await app.pushGroupsInFull();
    expect(recorder.bodies(/^PATCH .Groups/)).toEqual([
      patchOf({ op: 'replace', path: 'members', value: [{ value: adaId, display: 'ada@acme.example' }] }),
      patchOf({ op: 'add', path: 'members', value: [{ value: graceId, display: 'grace+navy@acme.example' }] }),
      patchOf({ op: 'replace', path: 'members', value: [] }),
    ]);
  });

  it('sends a new password alone', async () => {
    const { recorder, app, ada } = await aPushedApp({ syncsPasswords: true });
    await app.changePasswords([ada]);
    expect(recorder.bodies(/^PATCH/)).toEqual([patchOf({ op: 'replace', value: { password: expect.any(String) } })]);
  });
});

describe('a custom app', () => {
  it('puts everything: profiles, deactivations, and whole groups', async () => {
    const { recorder, tenant, app, ada, grace, group, adaId, graceId, groupId } = await aPushedApp({ app: 'custom' });
    tenant.softDelete([ada]);
    tenant.changeGroup(group, ({ members }) => members.delete(grace));
    await app.pushChanges();
    expect(writes(recorder)).toEqual([`PUT /Users/${adaId}`, `PUT /Groups/${groupId}`]);
    expect(recorder.bodies(/^PUT/)).toMatchObject([
      { id: adaId, active: false },
      { id: groupId, displayName: 'Marketing', members: [{ value: adaId, display: 'ada@acme.example' }] },
    ]);
    expect(JSON.stringify(recorder.bodies(/^PUT .Groups/))).not.toContain(graceId);
  });
});

describe('reactions of Okta', () => {
  const run = (recorder: RequestRecorder) =>
    simulateOkta({
      tenantUrl: recorder.tenantUrl,
      token: 't',
      tenant: aTenant(),
      concurrency: 1,
      retryPauseMs: 1,
      checksDrift: false,
    });

  it.each([400, 409])('takes a %i for final', async (status) => {
    const recorder = await aRecorder(({ method, body }) =>
      method === 'POST' && body.includes('ada@') ? scimError(status) : undefined,
    );
    expect(await run(recorder)).toMatchObject({ failed: 1, unresolved: 1, retries: 0, actions: { 'user.create': 1 } });
  });

  it('sends a create again that got no usable answer', async () => {
    let left = 2;
    const recorder = await aRecorder(({ method }) => {
      if (method !== 'POST' || left === 0) return undefined;
      left -= 1;
      return scimError(503);
    });
    expect(await run(recorder)).toMatchObject({ failed: 0, retries: 2, actions: { 'user.create': 2 } });
  });

  it('takes a 404 for nobody, and a user who is created inactive for a mistake', async () => {
    const recorder = await aRecorder(({ method, url, body }) => {
      if (url.includes('filter=')) return scimError(404);
      return method === 'POST'
        ? { status: 201, body: { ...JSON.parse(body), id: body.length, active: false } }
        : undefined;
    });
    const summary = await run(recorder);
    expect(summary.failed).toBe(2);
    expect(recorder.bodies(/^POST/)).toHaveLength(2);
  });

  it.each([
    ['counts that are texts', { ...listOf(), itemsPerPage: '0' }],
    ['an itemsPerPage that is not what the page holds', { ...listOf(), itemsPerPage: 100 }],
  ])('gives up over %s', async (_, body) => {
    const recorder = await aRecorder(() => ({ status: 200, body }));
    const summary = await run(recorder);
    expect(summary.quarantine?.message).toContain('itemsPerPage must be');
    expect(recorder.lines).toHaveLength(1);
  });

  it('gives up when the credentials are refused', async () => {
    const recorder = await aRecorder(({ method }) => (method === 'POST' ? scimError(401) : undefined));
    const summary = await run(recorder);
    expect(recorder.bodies(/^POST/)).toHaveLength(1);
    expect(summary.quarantine).toMatchObject({ code: 'Unauthorized' });
  });
});
