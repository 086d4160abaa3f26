// How Entra matches, creates, disables, restores and deletes users. Sources: Microsoft Learn, "Develop and plan provisioning
// for a SCIM endpoint" and "Known issues: SCIM 2.0 protocol compliance"; the threads named in the tests.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA } from '../../src/attributes/urns.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { defaultDialect, entraUser, flagDialect } from './entra-requests.ts';
import { idOf, resourcesOf } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

describe('match', () => {
  it.for([
    ['userName', 'userName eq "ada@contoso.example"'],
    ['userName in another case', 'userName eq "ADA@Contoso.Example"'],
    ['an attribute and operator in another case', 'username Eq "ada@contoso.example"'],
    ['externalId', 'externalId eq "object-id-of-ada"'],
    ['the work e-mail', 'emails[type eq "work"].value eq "ada@contoso.example"'],
    ['the work e-mail in another case', 'emails[type eq "Work"].value eq "Ada@contoso.example"'],
    ['any e-mail', 'emails.value eq "ada@contoso.example"'],
    ['the employee number', `${ENTERPRISE_USER_SCHEMA}:employeeNumber eq "701984"`],
    ['a mobile number', 'phoneNumbers[type eq "mobile"].value eq "+1 555 0100"'],
    ['the core URN', `${USER_SCHEMA}:userName eq "ada@contoso.example"`],
    ['two attributes', 'userName eq "ada@contoso.example" and active eq true'],
  ])('finds exactly the one user by %s', async ([, filter]) => {
    const { scim } = await service.connected();
    const ada = await scim.post(
      '/Users',
      entraUser('ada', {
        phoneNumbers: [{ type: 'mobile', value: '+1 555 0100' }],
        [ENTERPRISE_USER_SCHEMA]: { employeeNumber: '701984' },
      }),
    );
    await scim.post('/Users', entraUser('grace'));
    const answer = await scim.find('/Users', filter ?? '');
    expect(answer.body).toMatchObject({ totalResults: 1, itemsPerPage: 1, startIndex: 1 });
    expect(resourcesOf(answer)).toEqual([ada.body]);
  });

  it('finds a userName with a plus, a space or an apostrophe (audriga/scim-server-php#1)', async () => {
    const { scim } = await service.connected();
    const names = [
      'first+tag@contoso.example',
      "o'brien@contoso.example",
      'two words@contoso.example',
      'a"b@contoso.example',
    ];
    for (const name of names) await scim.post('/Users', entraUser(name));
    for (const name of names) {
      const answer = await scim.find('/Users', `userName eq ${JSON.stringify(name)}`);
      expect(resourcesOf(answer).map((user) => user.userName)).toEqual([name]);
    }
  });

  it('answers 400 invalidFilter to a filter that it does not know, never the whole list (eneo-ai/eneo#443)', async () => {
    const { scim } = await service.connected();
    await scim.post('/Users', entraUser('ada'));
    for (const filter of ['favouriteColour eq "x"', 'userName foo "x"', 'userName eq', 'emails[type eq "work"', '(']) {
      const answer = await scim.find('/Users', filter);
      expect([answer.status, answer.body.scimType], filter).toEqual([400, 'invalidFilter']);
      expect(answer.text).not.toContain('ada@');
    }
  });

  it('finds a disabled user by filter and by id', async () => {
    const { scim } = await service.connected();
    const id = idOf(await scim.post('/Users', entraUser('ada')));
    await scim.patch(`/Users/${id}`, [defaultDialect.disable]);
    expect((await scim.get(`/Users/${id}`)).body.active).toBe(false);
    const [found] = resourcesOf(await scim.find('/Users', 'userName eq "ada@contoso.example"'));
    expect(found).toMatchObject({ id, active: false });
  });

  it('answers only the id where Entra checks a manager with attributes=id', async () => {
    const { scim } = await service.connected();
    const boss = idOf(await scim.post('/Users', entraUser('boss')));
    const id = idOf(await scim.post('/Users', entraUser('ada', { [ENTERPRISE_USER_SCHEMA]: { manager: boss } })));
    for (const filter of [`id eq "${id}" and manager eq "${boss}"`, `manager eq "${boss}" and id eq "${id}"`]) {
      const [user] = resourcesOf(await scim.find('/Users', filter, '&attributes=id'));
      expect(user).toEqual({ schemas: expect.arrayContaining([USER_SCHEMA]), id });
    }
    expect(
      (await scim.find('/Users', `id eq "${boss}" and manager eq "${id}"`, '&attributes=id')).body.totalResults,
    ).toBe(0);
  });
});

describe('create', () => {
  it('answers 201 with the resource as sent, an id of its own, meta, Location and ETag', async () => {
    const { directory, scim } = await service.connected();
    const answer = await scim.post('/Users', entraUser('ada'));
    const id = idOf(answer);
    const location = `${directory.tenantUrl}/Users/${id}`;
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      schemas: [USER_SCHEMA],
      id,
      externalId: 'object-id-of-ada',
      userName: 'ada@contoso.example',
      active: true,
      displayName: 'ada Contoso',
      emails: [{ primary: true, type: 'work', value: 'ada@contoso.example' }],
      name: { formatted: 'ada Contoso', familyName: 'Contoso', givenName: 'ada' },
      meta: {
        resourceType: 'User',
        created: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        lastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        location,
        version: 'W/"1"',
      },
    });
    expect(answer.headers).toMatchObject({ location, etag: 'W/"1"', 'content-type': 'application/scim+json' });
    expect((await scim.get(`/Users/${id}`)).body).toEqual(answer.body);
  });

  it('takes null as unassigned and ignores a misspelt extension and unknown keys at the top', async () => {
    const { scim } = await service.connected();
    const answer = await scim.post(
      '/Users',
      entraUser('joy', {
        schemas: [USER_SCHEMA, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User'],
        addresses: null,
        phoneNumbers: null,
        preferredLanguage: null,
        title: null,
        department: null,
        manager: null,
      }),
    );
    expect(answer.status).toBe(201);
    for (const name of ['addresses', 'phoneNumbers', 'preferredLanguage', 'title', 'department', 'manager']) {
      expect(answer.body).not.toHaveProperty(name);
    }
  });

  it('takes an extension of a customer that "schemas" does not name, and keeps it', async () => {
    const { scim } = await service.connected();
    const custom = 'urn:ietf:params:scim:schemas:extension:contoso:2.0:User';
    const answer = await scim.post('/Users', entraUser('ada', { [custom]: { badge: '7' } }));
    expect(answer.status).toBe(201);
    expect(answer.body[custom]).toEqual({ badge: '7' });
  });

  it.for([
    ['"True"', 'True', true],
    ['"False"', 'False', false],
    ['"true"', 'true', true],
    ['null', null, true],
    ['nothing', undefined, true],
  ] as const)('reads active from %s (AzureAD/SCIMReferenceCode#21)', async ([, active, expected]) => {
    const { scim } = await service.connected();
    const answer = await scim.post('/Users', entraUser('ada', { active }));
    expect([answer.status, answer.body.active]).toEqual([201, expected]);
  });

  it('creates a user without any e-mail, as cloud-only users have none', async () => {
    const { scim } = await service.connected();
    const answer = await scim.post('/Users', entraUser('ada', { emails: undefined }));
    expect(answer.status).toBe(201);
    expect(answer.body).not.toHaveProperty('emails');
  });

  it("ignores a client's id and meta, so that nobody is overwritten (msaad00/agent-bom#3540)", async () => {
    const { scim } = await service.connected();
    const ada = await scim.post('/Users', entraUser('ada'));
    const meta = { resourceType: 'Group', created: '1999-01-01T00:00:00Z', version: 'W/"99"' };
    const answer = await scim.post('/Users', entraUser('grace', { id: idOf(ada), meta }));
    expect(answer.status).toBe(201);
    expect(idOf(answer)).not.toBe(idOf(ada));
    expect(answer.body.meta).toMatchObject({ resourceType: 'User', version: 'W/"1"' });
    expect((await scim.get(`/Users/${idOf(ada)}`)).body).toEqual(ada.body);
  });

  it('gives values back exactly as they came: spaces, case, phone numbers, other scripts', async () => {
    const { scim } = await service.connected();
    const values = {
      displayName: '  Ada   LOVELACE ',
      title: 'İşçi ẞ 工程师 👩‍💻 e\u0301',
      timezone: 'Not/AZone',
      locale: 'xx-YY-zz',
      profileUrl: 'no url at all',
      phoneNumbers: [{ type: 'work', value: '56-357-7743 ext. 9' }],
      addresses: [{ type: 'work', formatted: '18/2111\nRedmond', country: 'Atlantis' }],
    };
    const answer = await scim.post('/Users', entraUser('ada', values));
    expect((await scim.get(`/Users/${idOf(answer)}`)).body).toMatchObject(values);
  });

  it('answers 409 uniqueness for a userName in another case (FusionAuth/fusionauth-issues#3149)', async () => {
    const { scim } = await service.connected();
    const ada = await scim.post('/Users', entraUser('ada'));
    const answer = await scim.post('/Users', entraUser('ADA', { displayName: 'Somebody else', externalId: 'another' }));
    expect(answer).toMatchObject({ status: 409, body: { status: '409', scimType: 'uniqueness' } });
    expect((await scim.get(`/Users/${idOf(ada)}`)).body).toEqual(ada.body);
  });

  it('answers 400 invalidValue without a userName', async () => {
    const { scim } = await service.connected();
    for (const userName of [undefined, null, '', 7, {}, ['a', 'b']]) {
      const answer = await scim.post('/Users', entraUser('ada', { userName }));
      expect([answer.status, answer.body.scimType], String(userName)).toEqual([400, 'invalidValue']);
    }
  });

  it.for([
    'application/scim+json',
    'application/scim+json; charset=utf-8',
    'application/json',
    'application/json;charset=UTF-8',
  ])('reads a body of the type %s (MicrosoftDocs/azure-docs#12728)', async (type) => {
    const { scim } = await service.connected();
    const answer = await scim.post('/Users', entraUser('ada'), { 'Content-Type': type });
    expect([answer.status, answer.body.userName]).toEqual([201, 'ada@contoso.example']);
  });
});

describe('disable, restore and delete', () => {
  const variants = [
    ['Replace active "False" (rancher/rancher#52996)', defaultDialect.replace('active', 'False')],
    ['Replace active "false"', defaultDialect.replace('active', 'false')],
    ['Replace active false', defaultDialect.replace('active', false)],
    ['replace active false, with the flag', flagDialect.disable],
    ['Add active "False"', defaultDialect.add('active', 'False')],
    ['an object without a path', flagDialect.replace({ active: false })],
    ['an object with text, without a path', flagDialect.replace({ active: 'False' })],
    [
      'a bigger object without a path',
      flagDialect.replace({ displayName: 'Left', active: 'False', 'name.givenName': 'Left' }),
    ],
    ['a value wrapped in a list by old jobs', defaultDialect.replace('active', [{ value: 'False' }])],
    ['ACTIVE in capitals', defaultDialect.replace('ACTIVE', 'FALSE')],
    ['the URN in front', defaultDialect.replace(`${USER_SCHEMA}:active`, 'False')],
  ] as const;

  it.for(variants)('disables by %s and shows active false (getsentry/sentry#27971)', async ([, operation]) => {
    const { scim } = await service.connected();
    const id = idOf(await scim.post('/Users', entraUser('ada')));
    const answer = await scim.patch(`/Users/${id}`, [operation]);
    expect([answer.status, answer.body.active]).toEqual([200, false]);
    expect((await scim.get(`/Users/${id}`)).body.active).toBe(false);
  });

  it.for([
    ['default', defaultDialect.restore],
    ['flag', flagDialect.restore],
  ] as const)('restores a disabled user in the %s dialect (FusionAuth/fusionauth-issues#3311)', async ([, restore]) => {
    const { scim } = await service.connected();
    const id = idOf(await scim.post('/Users', entraUser('ada')));
    await scim.patch(`/Users/${id}`, [defaultDialect.disable]);
    const answer = await scim.patch(`/Users/${id}`, [restore]);
    expect([answer.status, answer.body.active]).toEqual([200, true]);
  });

  it('disables although an unknown attribute stands beside it (fleetdm/fleet#42678)', async () => {
    const { scim } = await service.connected();
    const id = idOf(await scim.post('/Users', entraUser('ada')));
    const unknown = defaultDialect.replace('urn:ietf:params:scim:schemas:extension:acme:2.0:User:shoeSize', '42');
    const answer = await scim.patch(`/Users/${id}`, [unknown, defaultDialect.disable]);
    expect([answer.status, answer.body.active]).toEqual([200, false]);
    const inObject = flagDialect.replace({
      'urn:x:acme:2.0:User:shoeSize': '42',
      favouriteColour: 'red',
      active: true,
    });
    expect((await scim.patch(`/Users/${id}`, [inObject])).body.active).toBe(true);
  });

  it('answers 400 invalidValue to a boolean that is none and changes nothing', async () => {
    const { scim } = await service.connected();
    const ada = await scim.post('/Users', entraUser('ada'));
    const answer = await scim.patch(`/Users/${idOf(ada)}`, [defaultDialect.replace('active', 'maybe')]);
    expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidValue']);
    expect((await scim.get(`/Users/${idOf(ada)}`)).body).toEqual(ada.body);
  });

  it('revives a disabled user of the same externalId that is created again, under its id (better-auth#11111)', async () => {
    const { scim } = await service.connected();
    const id = idOf(await scim.post('/Users', entraUser('ada')));
    await scim.patch(`/Users/${id}`, [defaultDialect.disable]);
    const answer = await scim.post('/Users', entraUser('ada', { title: 'Returned' }));
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ id, active: true, title: 'Returned' });
  });

  it('deletes once with 204, then answers 404, and matches the user no more', async () => {
    const { scim } = await service.connected();
    const id = idOf(await scim.post('/Users', entraUser('ada')));
    const first = await scim.delete(`/Users/${id}`);
    expect([first.status, first.text]).toEqual([204, '']);
    for (const again of [await scim.delete(`/Users/${id}`), await scim.get(`/Users/${id}`)]) {
      expect(again).toMatchObject({ status: 404, body: { status: '404' } });
    }
    expect((await scim.find('/Users', 'userName eq "ada@contoso.example"')).body.totalResults).toBe(0);
    expect((await scim.post('/Users', entraUser('ada'))).status).toBe(201);
  });

  it('keeps the id when the userName changes', async () => {
    const { scim } = await service.connected();
    const id = idOf(await scim.post('/Users', entraUser('ada')));
    const answer = await scim.patch(`/Users/${id}`, [defaultDialect.replace('userName', 'Countess@contoso.example')]);
    expect(answer.body).toMatchObject({ id, userName: 'Countess@contoso.example' });
    expect((await scim.find('/Users', 'userName eq "countess@contoso.example"')).body.totalResults).toBe(1);
    expect((await scim.find('/Users', 'userName eq "ada@contoso.example"')).body.totalResults).toBe(0);
  });

  it('answers 409 uniqueness when a rename takes the userName of another user', async () => {
    const { scim } = await service.connected();
    await scim.post('/Users', entraUser('grace'));
    const ada = await scim.post('/Users', entraUser('ada'));
    const answer = await scim.patch(`/Users/${idOf(ada)}`, [
      defaultDialect.replace('userName', 'GRACE@contoso.example'),
    ]);
    expect([answer.status, answer.body.scimType]).toEqual([409, 'uniqueness']);
    expect((await scim.get(`/Users/${idOf(ada)}`)).body).toEqual(ada.body);
  });
});
