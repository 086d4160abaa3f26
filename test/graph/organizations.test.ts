import { readFile } from 'node:fs/promises';
import { isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slugProblem } from '../../src/domain/organizations/slug.ts';
import { createSchema } from '../../src/graph/schema.ts';
import { defaultDialect, entraGroup, entraUser } from '../clients/entra-requests.ts';
import { idOf } from '../clients/scim-client.ts';
import { type Connected, type ServiceOrganization, startTestService, type TestService } from '../harness/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

/** What a mutation answers: the fields asked for, and the codes of its errors. */
type Answered = Record<
  string,
  { organization: Record<string, unknown> | null; errors: { code: string; path: string }[] }
>;

async function ask<Data = Record<string, Record<string, unknown>>>(
  { apiKey }: ServiceOrganization,
  query: string,
  variables = {},
): Promise<Data> {
  const { data, errors } = await service.graphql<Data>(apiKey, query, variables);
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function change(organization: ServiceOrganization, mutation: string, input: object): Promise<Answered[string]> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const shown = 'id slug aliases status closesAt inactivityDays defaultPermissionSet { id name } entitlements';
  const text = `mutation ($input: ${type}!) { ${mutation}(input: $input) { organization { ${shown} } errors { code path } } }`;
  const data = await ask<Answered>(organization, text, { input });
  const answer = data[mutation];
  if (!answer) throw new Error('The mutation did not answer.');
  return answer;
}

const refused = (reason: string) => ({ errors: [{ extensions: { code: 'FORBIDDEN', reason } }] });

describe('Organization', () => {
  it('shows its slugs, where it stands, what its plan opens and what everybody holds', async () => {
    const organization = await service.organization({ slug: 'shown' });
    const set = await service.domain.permissionSets.create(organization.operator, {
      name: 'Everybody',
      permissions: ['screens:view'],
    });
    await service.domain.organizations.update(organization.operator, { defaultPermissionSetId: set.id });
    await service.domain.organizationSlugs.change(organization.operator, 'shown-now');
    const text = `{ viewer { organization { id } } organization { id slug aliases status closesAt plan entitlements
      inactivityDays defaultPermissionSet { id name permissions } groupMatching } }`;
    expect(await ask(organization, text)).toEqual({
      viewer: { organization: { id: organization.id } },
      organization: {
        id: organization.id,
        slug: 'shown-now',
        aliases: ['shown'],
        status: 'ACTIVE',
        closesAt: null,
        plan: 'ENTERPRISE',
        entitlements: ['SCIM', 'SSO'],
        inactivityDays: 30,
        defaultPermissionSet: { id: set.id, name: 'Everybody', permissions: ['screens:view'] },
        groupMatching: 'AUTOMATICALLY',
      },
    });
  });

  it('shows nothing where nothing is set', async () => {
    const organization = await service.organization({ plan: 'free' });
    const text = '{ organization { aliases closesAt entitlements defaultPermissionSet { id } } }';
    expect(await ask(organization, text)).toEqual({
      organization: { aliases: [], closesAt: null, entitlements: [], defaultPermissionSet: null },
    });
  });
});

describe('S1, S2: what the plan opens', () => {
  const createDirectory =
    'mutation { createDirectory(input: { name: "Entra" }) { directory { id } errors { code message } } }';

  it('S2: is visible, and a clear error says what is missing without it', async () => {
    const organization = await service.organization({ plan: 'free', scimWithoutSso: false });
    expect(await ask(organization, '{ organization { plan entitlements } }')).toEqual({
      organization: { plan: 'FREE', entitlements: [] },
    });
    expect(await ask(organization, createDirectory)).toEqual({
      createDirectory: {
        directory: null,
        errors: [{ code: 'PLAN_LACKS_SCIM', message: 'SCIM provisioning belongs to the enterprise plan.' }],
      },
    });
  });

  it('S2: is the operator’s to set: no field of any input touches it', async () => {
    const schema = await createSchema();
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isInputObjectType(type)) continue;
      expect(Object.keys(type.getFields()), type.name).not.toContain('plan');
      expect(Object.keys(type.getFields()), type.name).not.toContain('scimWithoutSso');
    }
  });

  it('S1: says that SSO comes first, and takes it when the operator lifts the rule', async () => {
    const organization = await service.organization({ scimWithoutSso: false });
    const missing = 'there is no connection yet. Create one, test it and enable it';
    const message = `Single sign-on comes before SCIM, and ${missing}, or let the operator lift that rule.`;
    expect(await ask(organization, createDirectory)).toEqual({
      createDirectory: { directory: null, errors: [{ code: 'SSO_REQUIRED', message }] },
    });
    expect(await ask(organization, '{ organization { isSsoReady } }')).toEqual({ organization: { isSsoReady: false } });
    await service.domain.organizations.update(organization.operator, { scimWithoutSso: true });
    expect(await ask(organization, createDirectory)).toMatchObject({ createDirectory: { errors: [] } });
  });
});

describe('updateOrganization', () => {
  it('sets and clears the default permission set and sets the days of absence', async () => {
    const organization = await service.organization();
    const { operator } = organization;
    const permissions = ['screens:view'];
    const set = await service.domain.permissionSets.create(operator, { name: 'Everybody', permissions });
    const input = { defaultPermissionSetId: set.id, inactivityDays: 7 };
    expect(await change(organization, 'updateOrganization', input)).toMatchObject({
      organization: { defaultPermissionSet: { id: set.id, name: 'Everybody' }, inactivityDays: 7 },
      errors: [],
    });
    const cleared = await change(organization, 'updateOrganization', { defaultPermissionSetId: null });
    expect(cleared).toMatchObject({ organization: { defaultPermissionSet: null, inactivityDays: 7 } });
  });

  it('answers what cannot be set as data', async () => {
    const organization = await service.organization();
    const { items } = await service.domain.permissionSets.list(organization.operator, {});
    const admin = items.find((set) => set.builtIn === 'admin');
    for (const [input, code, path] of [
      [{ inactivityDays: 0 }, 'INVALID_VALUE', 'inactivityDays'],
      [{ inactivityDays: null }, 'INVALID_VALUE', 'inactivityDays'],
      [{ defaultPermissionSetId: admin?.id }, 'SENSITIVE_DEFAULT', expect.anything()],
      [{ defaultPermissionSetId: organization.id }, 'NOT_FOUND', 'defaultPermissionSetId'],
    ] as const) {
      const answer = await change(organization, 'updateOrganization', input);
      expect(answer).toEqual({ organization: null, errors: [{ code, path }] });
    }
  });
});

describe('changeSlug and releaseSlug', () => {
  it('keep the slug before as an alias, until it is released', async () => {
    const organization = await service.organization({ slug: 'kept' });
    expect(await change(organization, 'changeSlug', { slug: 'kept-now' })).toMatchObject({
      organization: { slug: 'kept-now', aliases: ['kept'] },
      errors: [],
    });
    expect(await change(organization, 'releaseSlug', { slug: 'kept' })).toMatchObject({
      organization: { slug: 'kept-now', aliases: [] },
      errors: [],
    });
  });

  it('answer what cannot be as data', async () => {
    const organization = await service.organization({ slug: 'globex-corp' });
    await service.organization({ slug: 'umbrella' });
    const answer = (code: string) => ({ organization: null, errors: [{ code, path: 'slug' }] });
    for (const [mutation, slug, code] of [
      ['changeSlug', 'No Slug', 'INVALID_VALUE'],
      ['changeSlug', 'admin', 'INVALID_VALUE'],
      ['changeSlug', 'adm1n', 'SLUG_CONFUSABLE'],
      ['changeSlug', 'umbrella', 'SLUG_TAKEN'],
      ['changeSlug', 'urnbrella', 'SLUG_CONFUSABLE'],
      ['releaseSlug', 'globex-corp', 'INVALID_VALUE'],
      ['releaseSlug', 'umbrella', 'NOT_FOUND'],
    ] as const) {
      expect(await change(organization, mutation, { slug }), slug).toEqual(answer(code));
    }
  });
});

describe('an organization that is suspended or closing', () => {
  it('refuses its API keys at the door with the reason, from the next request on', async () => {
    const organization = await service.organization();
    await ask(organization, '{ organization { id } }');
    await service.domain.organizationLifeCycle.suspend(organization.operator);
    for (const text of [
      '{ organization { id } }',
      '{ users { nodes { id } } }',
      'mutation { changeSlug(input: { slug: "abc" }) { errors { code } } }',
    ]) {
      expect(await service.graphql(organization.apiKey, text)).toMatchObject(refused('ORGANIZATION_SUSPENDED'));
    }
    await service.domain.organizationLifeCycle.resume(organization.operator);
    expect(await ask(organization, '{ organization { status } }')).toEqual({ organization: { status: 'ACTIVE' } });
  });

  it('is begun by an owner with the slug confirmed, after which the key is refused', async () => {
    const organization = await service.organization({ slug: 'ending' });
    expect(await change(organization, 'closeOrganization', { confirmSlug: 'Ending' })).toEqual({
      organization: null,
      errors: [{ code: 'CONFIRMATION_REQUIRED', path: 'confirmSlug' }],
    });
    const answer = await change(organization, 'closeOrganization', { confirmSlug: 'ending' });
    expect(answer).toMatchObject({ organization: { status: 'CLOSING', slug: 'ending', aliases: [] }, errors: [] });
    const days = (Date.parse(String(answer?.organization?.closesAt)) - Date.now()) / (24 * 60 * 60 * 1000);
    expect(days).toBeCloseTo(30, 2);
    const answered = await service.graphql(organization.apiKey, '{ organization { id } }');
    expect(answered).toMatchObject(refused('ORGANIZATION_CLOSING'));
    await service.domain.organizationLifeCycle.reopen(organization.operator);
    expect(await ask(organization, '{ organization { closesAt } }')).toEqual({ organization: { closesAt: null } });
  });

  it('S16: still lets the identity provider take people out', async () => {
    const { organization, scim } = await service.connected();
    const id = idOf(await scim.post('/Users', entraUser('leaver')));
    await service.domain.organizationLifeCycle.suspend(organization.operator);
    expect((await scim.patch(`/Users/${id}`, [defaultDialect.disable])).status).toBe(200);
    expect((await scim.post('/Users', entraUser('newcomer'))).status).toBe(201);
    await service.domain.organizationLifeCycle.resume(organization.operator);
    const { users } = await ask<{ users: { nodes: object[] } }>(
      organization,
      '{ users { nodes { userName active } } }',
    );
    expect(users.nodes).toEqual([
      { userName: 'leaver@contoso.example', active: false },
      { userName: 'newcomer@contoso.example', active: true },
    ]);
  });
});

describe('parity S20: one person in two organizations', () => {
  /** The same person of the same Entra tenant in two customers, in a group of the same name that grants something in each. */
  async function aPersonInTwo() {
    const both = [await service.connected(), await service.connected()] as const;
    const ids: string[] = [];
    for (const [index, { organization, scim }] of both.entries()) {
      const { operator } = organization;
      const group = await service.domain.groups.create(operator, { name: 'Marketing' });
      const permissions = [index === 0 ? 'screens:publish' : 'screens:edit'];
      const set = await service.domain.permissionSets.create(operator, { name: 'Editors', permissions });
      await service.domain.grants.grant(operator, { permissionSetId: set.id, groupId: group.id });
      const id = idOf(await scim.post('/Users', entraUser('ada')));
      const pushed = idOf(await scim.post('/Groups', entraGroup('Marketing')));
      await scim.patch(`/Groups/${pushed}`, [defaultDialect.addMembers(id)]);
      ids.push(id);
    }
    return { both, ids };
  }

  async function shownIn({ organization }: Connected) {
    const text = '{ users { nodes { id userName displayName active effectivePermissions groups { group { id } } } } }';
    const { users } = await ask<{ users: { nodes: Record<string, unknown>[] } }>(organization, text);
    expect(users.nodes).toHaveLength(1);
    return users.nodes[0] ?? {};
  }

  it('is two users, each with the permissions of their own organization', async () => {
    const { both } = await aPersonInTwo();
    const [first, second] = [await shownIn(both[0]), await shownIn(both[1])];
    expect([first.userName, second.userName]).toEqual(['ada@contoso.example', 'ada@contoso.example']);
    expect(first.id).not.toBe(second.id);
    expect(first.effectivePermissions).toEqual(['screens:publish']);
    expect(second.effectivePermissions).toEqual(['screens:edit']);
    for (const [own, other] of [
      [both[0], second],
      [both[1], first],
    ] as const) {
      const text = 'query ($id: ID!) { user(id: $id) { id } }';
      expect(await ask(own.organization, text, { id: other.id })).toEqual({ user: null });
    }
  });

  it('changes in one of them alone: renamed, blocked, deactivated, removed, the whole organization stopped', async () => {
    const { both, ids } = await aPersonInTwo();
    const before = await shownIn(both[1]);
    const [{ scim, organization }] = both;
    const user = await shownIn(both[0]);
    await scim.patch(`/Users/${ids[0]}`, [defaultDialect.replace('displayName', 'The Countess')]);
    await scim.patch(`/Users/${ids[0]}`, [defaultDialect.disable]);
    await ask(organization, `mutation { removeUser(input: { id: "${user.id}" }) { errors { code } } }`);
    await scim.delete(`/Users/${ids[0]}`);
    await service.domain.organizationLifeCycle.suspend(organization.operator);
    expect(await shownIn(both[1])).toEqual(before);
  });

  it('is opened by no key and no token of the other', async () => {
    const { both, ids } = await aPersonInTwo();
    const [own, other] = both;
    expect((await own.scim.get(`/Users/${ids[1]}`)).status).toBe(404);
    const withOwnToken = service.scim({ ...other.directory, token: own.directory.token });
    expect((await withOwnToken.get(`/Users/${ids[1]}`)).status).toBe(401);
  });
});

describe('security 7: names cannot be chosen into what is built in', () => {
  it('no mutation that makes something takes its id', async () => {
    const schema = await createSchema();
    const makers = Object.keys(schema.getMutationType()?.getFields() ?? {}).filter((name) =>
      /^(create|grant)/.test(name),
    );
    expect(makers.length).toBeGreaterThan(7);
    for (const name of makers) {
      const input = schema.getType(`${name.charAt(0).toUpperCase()}${name.slice(1)}Input`);
      if (!isInputObjectType(input)) throw new Error(`${name} has no input.`);
      expect(Object.keys(input.getFields()), name).not.toContain('id');
    }
  });

  it('an id that an identity provider sends is not taken', async () => {
    const { scim, directory } = await service.connected();
    const answer = await scim.post('/Users', { ...entraUser('ada'), id: directory.id });
    expect(answer.status).toBe(201);
    expect(idOf(answer)).not.toBe(directory.id);
  });

  it('every first word of the service’s own addresses is a reserved slug', async () => {
    const assembly = await readFile(new URL('../../src/http/server.ts', import.meta.url), 'utf8');
    const words = [...assembly.matchAll(/app\.\w+\('\/(\w+)/g)].map(([, word]) => word ?? '');
    expect(words).toEqual(expect.arrayContaining(['scim', 'graphql', 'livez', 'readyz']));
    for (const word of [...words, 'sso', 'oauth', 'console', 'metrics']) expect(slugProblem(word), word).toBeDefined();
  });

  it('a permission set cannot take the name of a built-in one', async () => {
    const organization = await service.organization();
    const text = `mutation { createPermissionSet(input: { name: " OWNER ", permissions: [] }) { errors { code } } }`;
    expect(await ask(organization, text)).toEqual({
      createPermissionSet: { errors: [{ code: 'PERMISSION_SET_NAME_TAKEN' }] },
    });
  });
});
