// What gallery apps, Okta and Microsoft's validator read before they provision (RFC 7643 §5 to §7, RFC 7644 §4).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ENTERPRISE_USER_SCHEMA,
  GROUP_SCHEMA,
  LIST_RESPONSE,
  RESOURCE_TYPE_SCHEMA,
  SERVICE_PROVIDER_CONFIG_SCHEMA,
  USER_SCHEMA,
} from '../../src/attributes/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { resourcesOf } from './scim-client.ts';

let service: TestService;
let connected: Connected;
beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
});
afterAll(() => service.close());

type SchemaAttribute = { name: string; returned: string; mutability: string; subAttributes?: SchemaAttribute[] };

it('lists the schemas as a ListResponse in camelCase and without any null', async () => {
  const answer = await connected.scim.get('/Schemas');
  expect(answer.body).toMatchObject({ schemas: [LIST_RESPONSE], totalResults: 3, startIndex: 1, itemsPerPage: 3 });
  expect(resourcesOf(answer).map((schema) => schema.id)).toEqual([USER_SCHEMA, ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA]);
  expect(answer.text).not.toContain('null');
});

it('says in the schema that the password is written only and never returned', async () => {
  const answer = await connected.scim.get(`/Schemas/${USER_SCHEMA}`);
  const attributes = answer.body.attributes as SchemaAttribute[];
  const password = attributes.find((attribute) => attribute.name === 'password');
  expect(password).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
});

it.for([USER_SCHEMA, GROUP_SCHEMA, ENTERPRISE_USER_SCHEMA])(
  'answers the schema %s under its own address',
  async (urn) => {
    const { directory, scim } = connected;
    const answer = await scim.get(`/Schemas/${urn}`);
    const listed = resourcesOf(await scim.get('/Schemas')).find((schema) => schema.id === urn);
    expect(answer.body).toEqual(listed);
    expect(answer.body.meta).toMatchObject({
      resourceType: 'Schema',
      location: `${directory.tenantUrl}/Schemas/${urn}`,
    });
  },
);

it('lists the resource types with their endpoints and extensions', async () => {
  const { directory, scim } = connected;
  const answer = await scim.get('/ResourceTypes');
  expect(answer.body).toMatchObject({ schemas: [LIST_RESPONSE], totalResults: 2 });
  const [user, group] = resourcesOf(answer);
  expect(user).toMatchObject({
    schemas: [RESOURCE_TYPE_SCHEMA],
    id: 'User',
    endpoint: '/Users',
    schema: USER_SCHEMA,
    schemaExtensions: [{ schema: ENTERPRISE_USER_SCHEMA, required: false }],
    meta: { location: `${directory.tenantUrl}/ResourceTypes/User` },
  });
  expect(group).toMatchObject({ id: 'Group', endpoint: '/Groups', schema: GROUP_SCHEMA });
  expect((await scim.get('/ResourceTypes/User')).body).toEqual(user);
});

it('tells what it supports in ServiceProviderConfig', async () => {
  const answer = await connected.scim.get('/ServiceProviderConfig');
  expect(answer.body).toMatchObject({
    schemas: [SERVICE_PROVIDER_CONFIG_SCHEMA],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 8 * 1024 * 1024 },
    filter: { supported: true, maxResults: 1000 },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      expect.objectContaining({ type: 'oauthbearertoken', primary: true }),
      expect.objectContaining({ type: 'oauth2', primary: false }),
    ],
  });
});

describe('parity T3: the published list of attributes is what the endpoint keeps', () => {
  const sampleOf = (attribute: Record<string, unknown>): unknown => {
    if (attribute.type === 'boolean') return false;
    if (attribute.type === 'binary') return 'bWVtYmVy';
    if (attribute.type !== 'complex') return `a ${String(attribute.name)}`;
    const parts = (attribute.subAttributes as Record<string, unknown>[]).filter(
      (part) => part.mutability === 'readWrite',
    );
    const value = Object.fromEntries(parts.map((part) => [part.name, sampleOf(part)]));
    return attribute.multiValued ? [value] : value;
  };

  it('keeps and returns every writable attribute that /Schemas shows', async () => {
    const { scim } = connected;
    const valuesOf = async (urn: string) => {
      const { body } = await scim.get(`/Schemas/${urn}`);
      const attributes = body.attributes as Record<string, unknown>[];
      const kept = attributes.filter(({ mutability, returned }) => mutability === 'readWrite' && returned !== 'never');
      expect(kept.length).toBeGreaterThan(4);
      return Object.fromEntries(kept.map((attribute) => [attribute.name, sampleOf(attribute)]));
    };
    const sent = { ...(await valuesOf(USER_SCHEMA)), [ENTERPRISE_USER_SCHEMA]: await valuesOf(ENTERPRISE_USER_SCHEMA) };
    const answer = await scim.post('/Users', { schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA], ...sent });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject(sent);
  });
});

it('refuses a filter on discovery with 403 (RFC 7644 §4)', async () => {
  for (const path of ['/Schemas', '/ResourceTypes', '/ServiceProviderConfig']) {
    const answer = await connected.scim.get(`${path}?filter=id+eq+%22x%22`);
    expect([answer.status, answer.body.status], path).toEqual([403, '403']);
  }
});

it('answers 404 for a schema or resource type that is none', async () => {
  for (const path of ['/Schemas/urn:x', '/ResourceTypes/Device', '/Schemas/__proto__', '/ResourceTypes/constructor']) {
    expect((await connected.scim.get(path)).body, path).toMatchObject({ status: '404' });
  }
});
