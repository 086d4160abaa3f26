import { describe, expect, it } from 'vitest';
import {
  ENTERPRISE_USER_SCHEMA,
  GROUP_SCHEMA,
  LIST_RESPONSE,
  SCHEMA_SCHEMA,
  USER_SCHEMA,
} from '../../src/attributes/urns.ts';
import { BASE_URL, startFacade } from './facade-server.ts';

const files = ['ServiceProviderConfig', 'ResourceTypes', 'Schemas'];

describe('discovery (parity T3)', () => {
  it.each(files)('answers /%s as it is committed', async (name) => {
    const { send } = await startFacade();
    const answer = await send({ path: `/${name}` });
    const shown = JSON.stringify(answer.body, undefined, 2).replaceAll(BASE_URL, '{tenantUrl}');
    expect(answer.status).toBe(200);
    await expect(`${shown}\n`).toMatchFileSnapshot(`discovery/${name}.snap`);
  });

  it.each(files)('holds no null and no empty list in /%s', async (name) => {
    const { send } = await startFacade();
    const { text } = await send({ path: `/${name}` });
    expect(text).not.toMatch(/null|\[\]/);
  });

  it.each([
    ['ResourceTypes', ['User', 'Group']],
    ['Schemas', [USER_SCHEMA, ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA]],
  ])('lists %s whatever page is asked for, and answers each at the address it names', async (name, ids) => {
    const { send } = await startFacade();
    const { body } = await send({ path: `/${name}?startIndex=9&count=0` });
    const resources = (body as { Resources: { id: string; meta: { location: string } }[] }).Resources;
    const { length } = ids;
    expect(body).toMatchObject({ schemas: [LIST_RESPONSE], totalResults: length, itemsPerPage: length, startIndex: 1 });
    expect(resources.map(({ id }) => id)).toEqual(ids);
    for (const resource of resources) {
      const path = resource.meta.location.replace(BASE_URL, '');
      expect((await send({ path })).body).toEqual(resource);
      expect((await send({ path: encodeURI(path.toLowerCase()) })).body).toEqual(resource);
    }
  });

  it('shows what the organization declared, at addresses of its own', async () => {
    const { send, graph } = await startFacade();
    const id = 'urn:acme:scim:Badge';
    const definition = { id, name: 'Badge', description: '', attributes: [{ name: 'number', type: 'integer' }] };
    graph.schemas.push({ resourceType: 'USER', definition });
    const schema = await send({ path: `/Schemas/${id.toUpperCase()}` });
    const location = `${BASE_URL}/Schemas/${id}`;
    expect(schema.body).toEqual({
      schemas: [SCHEMA_SCHEMA],
      ...definition,
      meta: { resourceType: 'Schema', location },
    });
    const list = (await send({ path: '/Schemas' })).body as { totalResults: number; Resources: object[] };
    expect([list.totalResults, list.Resources.at(-1)]).toEqual([4, schema.body]);
    const extensionsOf = async (name: string) => (await send({ path: `/ResourceTypes/${name}` })).body;
    expect(await extensionsOf('User')).toMatchObject({
      schemaExtensions: [{ schema: ENTERPRISE_USER_SCHEMA }, { schema: id, required: false }],
    });
    expect(await extensionsOf('Group')).not.toHaveProperty('schemaExtensions');
  });

  it('says that password is written only and never returned (security case 14)', async () => {
    const { send } = await startFacade();
    const { body } = await send({ path: `/Schemas/${USER_SCHEMA}` });
    const { attributes } = body as { attributes: { name: string }[] };
    expect(attributes.find(({ name }) => name === 'password')).toMatchObject({
      mutability: 'writeOnly',
      returned: 'never',
    });
  });

  it('answers 404 for a schema or resource type that does not exist', async () => {
    const { send } = await startFacade();
    for (const path of [
      '/Schemas/urn:none',
      '/ResourceTypes/Device',
      '/Schemas/constructor',
      '/ServiceProviderConfig/1',
    ])
      expect([path, (await send({ path })).status]).toEqual([path, 404]);
  });

  it('answers a filter with 403 (RFC 7644 §4)', async () => {
    const { send } = await startFacade();
    for (const name of files) {
      expect((await send({ path: `/${name}?filter=name+eq+%22User%22` })).status).toBe(403);
    }
  });
});
