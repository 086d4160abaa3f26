// Discovery (RFC 7644 §4, RFC 7643 §5 to §7): what a client learns before it provisions, against what the endpoint then does.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resourcesOf } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { declareBadgeSchema } from './badge-schema.ts';
import { urns } from './urns.ts';

const badge = 'urn:acme:params:scim:schemas:2.0:Badge';
let service: TestService;
let connected: Connected;

beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  await declareBadgeSchema(service, connected, badge);
});
afterAll(() => service.close());

type Described = {
  name: string;
  type: string;
  multiValued: boolean;
  description: string;
  required: boolean;
  caseExact?: boolean;
  mutability: string;
  returned: string;
  uniqueness: string;
  referenceTypes?: string[];
  subAttributes?: Described[];
};

describe('/ServiceProviderConfig', () => {
  it('has every attribute that RFC 7643 §5 requires, in its types', async () => {
    const { status, body } = await connected.scim.get('/ServiceProviderConfig');
    expect(status).toBe(200);
    const supported = { supported: expect.any(Boolean) };
    expect(body).toMatchObject({
      schemas: [urns.serviceProviderConfig],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: expect.any(Number), maxPayloadSize: expect.any(Number) },
      filter: { supported: true, maxResults: expect.any(Number) },
      changePassword: supported,
      sort: { supported: true },
      etag: { supported: true },
      meta: {
        resourceType: 'ServiceProviderConfig',
        location: `${connected.directory.tenantUrl}/ServiceProviderConfig`,
      },
    });
    const schemes = body.authenticationSchemes as Record<string, unknown>[];
    expect(schemes.map(({ type }) => type)).toContain('oauthbearertoken');
    for (const scheme of schemes) {
      expect(['oauth', 'oauth2', 'oauthbearertoken', 'httpbasic', 'httpdigest']).toContain(scheme.type);
      expect(scheme).toMatchObject({ name: expect.any(String), description: expect.any(String) });
    }
  });
});

describe('/ResourceTypes', () => {
  it('lists users and groups, each found under its own address, whose schemas are all in /Schemas (RFC 7643 §6)', async () => {
    const { scim, directory } = connected;
    const answer = await scim.get('/ResourceTypes');
    expect(answer.body).toMatchObject({ schemas: [urns.listResponse], totalResults: 2 });
    const known = resourcesOf(await scim.get('/Schemas')).map(({ id }) => id);
    for (const type of resourcesOf(answer)) {
      expect(type).toMatchObject({
        schemas: [urns.resourceType],
        name: expect.any(String),
        endpoint: expect.stringMatching(/^\/\w+$/),
      });
      expect(known).toContain(type.schema);
      for (const { schema, required } of (type.schemaExtensions ?? []) as { schema: string; required: boolean }[]) {
        expect([known.includes(schema), required]).toEqual([true, false]);
      }
      const location = `${directory.tenantUrl}/ResourceTypes/${String(type.id)}`;
      expect(type.meta).toMatchObject({ resourceType: 'ResourceType', location });
      expect((await scim.get(`/ResourceTypes/${String(type.id)}`)).body).toEqual(type);
      expect((await scim.get(String(type.endpoint))).status).toBe(200);
    }
  });

  it('names the extension that the organization declared', async () => {
    const { body } = await connected.scim.get('/ResourceTypes/User');
    expect(body.schemaExtensions).toContainEqual({ schema: badge, required: false });
  });
});

describe('/Schemas', () => {
  it('lists every schema in full, each found under its own address, and no message (RFC 7643 §7, RFC 7644 §3.1)', async () => {
    const { scim } = connected;
    const answer = await scim.get('/Schemas');
    const schemas = resourcesOf(answer);
    expect(schemas.map(({ id }) => id)).toEqual(
      expect.arrayContaining([urns.user, urns.group, urns.enterprise, badge]),
    );
    expect(schemas.filter(({ id }) => String(id).startsWith('urn:ietf:params:scim:api:'))).toEqual([]);
    for (const schema of schemas) {
      expect(schema).toMatchObject({
        schemas: [urns.schema],
        name: expect.any(String),
        description: expect.any(String),
      });
      expect((await scim.get(`/Schemas/${String(schema.id)}`)).body).toEqual(schema);
      for (const attribute of schema.attributes as Described[]) isWhole(attribute);
    }
  });

  function isWhole(attribute: Described): void {
    const shown = JSON.stringify(attribute);
    expect(attribute.name, shown).toMatch(/^[A-Za-z$][\w$-]*$/);
    expect(['string', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary', 'complex'], shown).toContain(
      attribute.type,
    );
    expect(['readOnly', 'readWrite', 'immutable', 'writeOnly'], shown).toContain(attribute.mutability);
    expect(['always', 'never', 'default', 'request'], shown).toContain(attribute.returned);
    expect(['none', 'server', 'global'], shown).toContain(attribute.uniqueness);
    expect([typeof attribute.multiValued, typeof attribute.required], shown).toEqual(['boolean', 'boolean']);
    expect(attribute.description?.length, shown).toBeGreaterThan(0);
    if (attribute.type === 'string') expect(typeof attribute.caseExact, shown).toBe('boolean');
    if (attribute.type === 'reference') expect(attribute.referenceTypes?.length, shown).toBeGreaterThan(0);
    expect(attribute.type === 'complex', shown).toBe((attribute.subAttributes?.length ?? 0) > 0);
    for (const part of attribute.subAttributes ?? []) {
      isWhole(part);
      expect(part.type, shown).not.toBe('complex');
    }
  }

  it('shows the extension that the organization declared, with what it declared', async () => {
    const { body } = await connected.scim.get(`/Schemas/${badge}`);
    const attributes = body.attributes as Described[];
    const types = Object.fromEntries(attributes.map(({ name, type, multiValued }) => [name, [type, multiValued]]));
    expect(types).toMatchObject({
      number: ['integer', false],
      weight: ['decimal', false],
      issued: ['dateTime', false],
      isMaster: ['boolean', false],
      color: ['string', false],
      doors: ['string', true],
      office: ['complex', false],
    });
  });

  it("does not show another organization's", async () => {
    const other = await service.connected();
    expect((await other.scim.get('/Schemas')).text).not.toContain(badge);
    expect((await other.scim.get(`/Schemas/${badge}`)).status).toBe(404);
  });
});

describe('every discovery address', () => {
  const paths = [
    '/ServiceProviderConfig',
    '/ResourceTypes',
    '/ResourceTypes/User',
    '/Schemas',
    `/Schemas/${urns.user}`,
  ];

  it.for(paths)('%s ignores sorting and paging, and answers a filter with 403', async (path) => {
    const { scim } = connected;
    const plain = await scim.get(path);
    expect((await scim.get(`${path}?sortBy=id&sortOrder=descending&startIndex=2&count=1`)).body).toEqual(plain.body);
    const filtered = await scim.get(`${path}?filter=id+pr`);
    expect([filtered.status, filtered.body.status]).toEqual([403, '403']);
  });

  it.for(paths)('%s is only read: 405 with Allow for POST, PUT, PATCH and DELETE', async (path) => {
    const { scim } = connected;
    for (const answer of [
      await scim.post(path, {}),
      await scim.put(path, {}),
      await scim.patch(path, []),
      await scim.delete(path),
    ]) {
      expect([answer.status, answer.body.status]).toEqual([405, '405']);
      expect(answer.headers.allow).toContain('GET');
      expect(answer.headers.allow).not.toMatch(/POST|PUT|PATCH|DELETE/);
    }
  });

  it('names what is not there with 404', async () => {
    for (const path of ['/Schemas/urn:x:y', '/ResourceTypes/Device']) {
      const { status, body } = await connected.scim.get(path);
      expect([status, body.schemas, body.status], path).toEqual([404, [urns.error], '404']);
    }
  });
});
