// The PATCHes of users that Entra sends in its two dialects, and the leniencies that implementers found it to need. Sources:
// Microsoft Learn, "Known issues: SCIM 2.0 protocol compliance" (aadOptscim062020); the threads named in the tests.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA } from '../../src/attributes/urns.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { defaultDialect, entraUser, flagDialect } from './entra-requests.ts';
import { idOf } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const { add, replace } = defaultDialect;

/** A user of a new directory, and what the PATCH made of it. */
async function patched(operations: unknown[], user: Record<string, unknown> = {}) {
  const { scim } = await service.connected();
  const before = await scim.post('/Users', entraUser('ada', user));
  const path = `/Users/${idOf(before)}`;
  const answer = await scim.patch(path, operations);
  expect(answer.text.length, answer.text).toBeGreaterThan(0);
  const after = await scim.get(path);
  return { scim, path, before: before.body, answer, after: after.body };
}

const bare = { emails: undefined, name: undefined, displayName: undefined };

describe('default dialect', () => {
  it('replaces several paths at once, an enterprise attribute by its full URN among them', async () => {
    const { answer, after } = await patched([
      replace('displayName', 'Pvlo'),
      replace('emails[type eq "work"].value', 'new@contoso.example'),
      replace('name.givenName', 'Gtfd'),
      replace('externalId', 'Eqpj'),
      add('nickName', 'Babs'),
      replace(`${ENTERPRISE_USER_SCHEMA}:employeeNumber`, '7'),
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(after);
    expect(after).toMatchObject({
      displayName: 'Pvlo',
      emails: [{ type: 'work', value: 'new@contoso.example', primary: true }],
      name: { givenName: 'Gtfd', familyName: 'Contoso' },
      externalId: 'Eqpj',
      nickName: 'Babs',
      [ENTERPRISE_USER_SCHEMA]: { employeeNumber: '7' },
      schemas: expect.arrayContaining([ENTERPRISE_USER_SCHEMA]),
    });
    expect(Object.keys(after).filter((key) => /[.]givenName|employeeNumber/.test(key))).toEqual([]);
  });

  it.for(['add', 'Add', 'ADD', 'replace', 'Replace', 'rEPLACE'])(
    'reads the operation %s in any case (Azure/AzureAD-BYOA-Provisioning-Samples#24)',
    async (op) => {
      const { after } = await patched([{ op, path: 'displayname', value: 'Case' }]);
      expect(after.displayName).toBe('Case');
    },
  );

  it.for(['emails', 'phoneNumbers'] as const)(
    'creates the %s entry that a filtered path names where none is (SCIM-SDK#416, pingidentity/scim2#135)',
    async (list) => {
      for (const operation of [add, replace]) {
        const { after } = await patched([operation(`${list}[type eq "work"].value`, 'x@y.z')], bare);
        expect(after[list]).toEqual([{ type: 'work', value: 'x@y.z' }]);
      }
    },
  );

  it('applies a captured change of e-mail, office and department in one request (laravel-scim-server#34)', async () => {
    const { after } = await patched([
      replace('emails[type eq "work"].value', 'AdeleV2@contoso.example'),
      replace('addresses[type eq "work"].formatted', '18/2111'),
      add(`${ENTERPRISE_USER_SCHEMA}:department`, 'Retail'),
    ]);
    expect(after).toMatchObject({
      emails: [{ type: 'work', value: 'AdeleV2@contoso.example', primary: true }],
      addresses: [{ type: 'work', formatted: '18/2111' }],
      [ENTERPRISE_USER_SCHEMA]: { department: 'Retail' },
    });
  });

  it('makes one address of the sub-attributes of one type (SCIM-SDK#680)', async () => {
    const { after } = await patched([
      add('addresses[type eq "other"].formatted', 'Building 7'),
      add('addresses[type eq "other"].locality', 'Redmond'),
      add('addresses[type eq "home"].formatted', '1 Home St'),
      add('addresses[type eq "other"].Region', 'WA'),
    ]);
    expect(after.addresses).toEqual([
      { type: 'other', formatted: 'Building 7', locality: 'Redmond', region: 'WA' },
      { type: 'home', formatted: '1 Home St' },
    ]);
  });

  it('leaves the other e-mails alone when one type is replaced (SCIM-SDK#668)', async () => {
    const emails = [
      { type: 'work', value: 'old@contoso.example', primary: true },
      { type: 'home', value: 'ada@home.example' },
    ];
    const { after } = await patched([replace('emails[type eq "work"].value', 'new@contoso.example')], { emails });
    expect(after.emails).toEqual([{ type: 'work', value: 'new@contoso.example', primary: true }, emails[1]]);
  });

  it('clears on Remove with the old value on a single-valued path and never stores it (SCIMReferenceCode#87)', async () => {
    const { after } = await patched(
      [
        { op: 'Remove', path: 'title', value: 'Engineer' },
        { op: 'Remove', path: 'emails[type eq "work"].value', value: 'ada@contoso.example' },
      ],
      { title: 'Engineer' },
    );
    expect(after).not.toHaveProperty('title');
    expect(JSON.stringify(after.emails ?? [])).not.toContain('contoso');
  });

  it('takes empty text and null as unassigned', async () => {
    const { after } = await patched([replace('title', ''), replace('nickName', null)], { title: 'T', nickName: 'N' });
    expect(after).not.toHaveProperty('title');
    expect(after).not.toHaveProperty('nickName');
  });

  it('unwraps the single value that old jobs send in a list (wso2/product-is#21738)', async () => {
    const value = [{ $ref: null, value: 'Engineering' }];
    const { after } = await patched([add(`${ENTERPRISE_USER_SCHEMA}:department`, value)]);
    expect(after[ENTERPRISE_USER_SCHEMA]).toEqual({ department: 'Engineering' });
  });

  it('changes nothing at all when the last of its operations is refused (vouch-sh/vouch#900)', async () => {
    const { answer, before, after } = await patched([replace('displayName', 'Half'), replace('active', 'maybe')]);
    expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidValue']);
    expect(after).toEqual(before);
  });

  it('keeps its version and its time when the same PATCH comes again', async () => {
    const { scim, path, after } = await patched([replace('displayName', 'Once')]);
    const again = await scim.patch(path, [replace('displayName', 'Once')]);
    expect(again.status).toBe(200);
    expect(again.body.meta).toEqual(after.meta);
  });
});

describe('flag dialect', () => {
  it('expands dotted and URN keys of an object without a path (pond/scimitar#123, scim-patch#207)', async () => {
    const { after } = await patched([
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'new@contoso.example' },
      flagDialect.replace({
        displayName: 'Bjfe',
        'name.givenName': 'Kkom',
        'name.familyName': 'Unua',
        [`${ENTERPRISE_USER_SCHEMA}:employeeNumber`]: 'Aklq',
        [`${ENTERPRISE_USER_SCHEMA}:organization`]: 'Contoso',
      }),
      {
        op: 'add',
        value: { [`${ENTERPRISE_USER_SCHEMA}:division`]: 'D', [ENTERPRISE_USER_SCHEMA]: { costCenter: '4130' } },
      },
    ]);
    expect(after).toMatchObject({
      displayName: 'Bjfe',
      name: { givenName: 'Kkom', familyName: 'Unua', formatted: 'ada Contoso' },
      [ENTERPRISE_USER_SCHEMA]: { employeeNumber: 'Aklq', organization: 'Contoso', division: 'D', costCenter: '4130' },
    });
    expect(Object.keys(after).filter((key) => key.includes('.givenName') || key.endsWith('employeeNumber'))).toEqual(
      [],
    );
  });

  it('keeps the given name when only the family name comes (pingidentity/scim2#224)', async () => {
    for (const value of [{ 'name.familyName': 'New' }, { name: { familyName: 'New' } }]) {
      const { after } = await patched([flagDialect.replace(value)]);
      expect(after.name).toEqual({ formatted: 'ada Contoso', familyName: 'New', givenName: 'ada' });
    }
  });

  it('keeps the rest of the extension when one attribute of it comes', async () => {
    const extension = { department: 'Retail', costCenter: '1' };
    const { after } = await patched([flagDialect.replace({ [ENTERPRISE_USER_SCHEMA]: { costCenter: '2' } })], {
      [ENTERPRISE_USER_SCHEMA]: extension,
    });
    expect(after[ENTERPRISE_USER_SCHEMA]).toEqual({ department: 'Retail', costCenter: '2' });
  });

  it('restores and renames in one object', async () => {
    const { scim, path } = await patched([flagDialect.disable]);
    const answer = await scim.patch(path, [
      flagDialect.replace({ userName: 'josie@contoso.example', 'name.givenName': 'Josie', active: true }),
    ]);
    expect(answer.body).toMatchObject({
      userName: 'josie@contoso.example',
      active: true,
      name: { givenName: 'Josie' },
    });
  });
});

describe('manager', () => {
  const path = `${ENTERPRISE_USER_SCHEMA}:manager`;

  it.for([
    ['plain text (SCIM-SDK#686)', (id: string) => ({ op: 'add', path, value: id })],
    [
      'a list with a reference on the bare name',
      (id: string) => ({ op: 'Add', path: 'manager', value: [{ $ref: `http://x/Users/${id}`, value: id }] }),
    ],
    ['an object', (id: string) => ({ op: 'add', path, value: { value: id } })],
    ['the sub-attribute', (id: string) => ({ op: 'Replace', path: `${path}.value`, value: id })],
    ['a dot behind the URN', (id: string) => ({ op: 'add', path: `${ENTERPRISE_USER_SCHEMA}.manager`, value: id })],
    ['a key of an object without a path', (id: string) => ({ op: 'replace', value: { [path]: id } })],
  ] as const)('sets it from %s and answers an object (azure-docs#11784, Budibase#15369)', async ([, operation]) => {
    const { directory, scim } = await service.connected();
    const boss = idOf(await scim.post('/Users', entraUser('boss')));
    const id = idOf(await scim.post('/Users', entraUser('ada')));
    expect((await scim.patch(`/Users/${id}`, [operation(boss)])).status).toBe(200);
    const extension = { manager: { value: boss, $ref: `${directory.tenantUrl}/Users/${boss}` } };
    expect((await scim.get(`/Users/${id}`)).body[ENTERPRISE_USER_SCHEMA]).toEqual(extension);
    // Entra patches for ever what it does not read back.
    const again = await scim.patch(`/Users/${id}`, [operation(boss)]);
    expect(again.body.meta).toEqual((await scim.get(`/Users/${id}`)).body.meta);
  });

  it('reads it as text inside the extension of a POST (apache/directory-scimple#1242)', async () => {
    const { scim } = await service.connected();
    const boss = idOf(await scim.post('/Users', entraUser('boss')));
    const answer = await scim.post('/Users', entraUser('ada', { [ENTERPRISE_USER_SCHEMA]: { manager: boss } }));
    expect(answer.body[ENTERPRISE_USER_SCHEMA]).toMatchObject({ manager: { value: boss } });
  });

  it.for([
    [
      'a filter on the single value without a URN (scim-patch#453)',
      (id: string) => ({ op: 'remove', path: `manager[value eq "${id}"]` }),
    ],
    ['remove', () => ({ op: 'Remove', path })],
    ['replace with empty text', () => ({ op: 'replace', path, value: '' })],
    ['replace with an empty value', () => ({ op: 'replace', path, value: { value: '' } })],
    ['replace with null', () => ({ op: 'replace', path, value: null })],
  ] as const)('unassigns it by %s', async ([, operation]) => {
    const { scim } = await service.connected();
    const boss = idOf(await scim.post('/Users', entraUser('boss')));
    const extension = { department: 'Retail', manager: { value: boss } };
    const id = idOf(await scim.post('/Users', entraUser('ada', { [ENTERPRISE_USER_SCHEMA]: extension })));
    const answer = await scim.patch(`/Users/${id}`, [operation(boss)]);
    expect(answer.status).toBe(200);
    expect((await scim.get(`/Users/${id}`)).body[ENTERPRISE_USER_SCHEMA]).toEqual({ department: 'Retail' });
  });
});

describe('roles', () => {
  const type = 'WindowsAzureActiveDirectoryRole';
  const stringified = (value: string) => ({
    value: JSON.stringify({ id: `06b07648-${value}`, value, displayName: `The ${value}` }),
  });

  it('changes the one role of SingleAppRoleAssignment by a filter on "True"', async () => {
    const { after } = await patched([replace('roles[primary eq "True"].value', 'User')], {
      roles: [{ primary: true, type, value: 'Admin' }],
    });
    expect(after.roles).toEqual([{ primary: true, type, value: 'User' }]);
  });

  it('builds one role of three adds with a boolean primary, as the SCIM Validator sends it', async () => {
    const { after } = await patched(
      ['display', 'value', 'type'].map((name) => ({
        op: 'add',
        path: `roles[primary eq "True"].${name}`,
        value: `a ${name}`,
      })),
    );
    expect(after.roles).toEqual([{ primary: true, display: 'a display', value: 'a value', type: 'a type' }]);
  });

  it('reads primary "True" of a POST as a boolean', async () => {
    const { scim } = await service.connected();
    const roles = [{ primary: 'True', display: 'D', value: 'V', type: 'T' }];
    const answer = await scim.post('/Users', entraUser('ada', { roles }));
    expect(answer.body.roles).toEqual([{ primary: true, display: 'D', value: 'V', type: 'T' }]);
  });

  it('reads roles that arrive as JSON text and stores none twice (azure-docs#50772)', async () => {
    const roles = [
      { primary: false, type, value: 'Admin' },
      { primary: false, type, value: 'User' },
    ];
    const { scim, path, after } = await patched([add('roles', [stringified('Admin'), stringified('Reader')])], {
      roles,
    });
    const values = (after.roles as { value: string }[]).map((role) => role.value);
    expect(values.sort()).toEqual(['Admin', 'Reader', 'User']);
    expect(JSON.stringify(after.roles)).not.toContain('06b07648');
    const again = await scim.patch(path, [add('roles', [stringified('Admin'), stringified('Reader')])]);
    expect(again.body.roles).toEqual(after.roles);
  });

  it('keeps only the asserted roles on replace (AssertiveAppRoleAssignmentsComplex)', async () => {
    const roles = ['User', 'Test'].map((value) => ({ primary: false, type, display: value, value }));
    const { after } = await patched([{ op: 'replace', path: 'roles', value: [roles[0]] }], { roles });
    expect(after.roles).toEqual([roles[0]]);
  });
});
