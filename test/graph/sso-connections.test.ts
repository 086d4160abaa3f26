import { X509Certificate } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SamlIdentityProvider, startSamlIdentityProvider } from '../harness/saml-identity-provider.ts';
import { type ServiceOrganization, startTestService, type TestService } from '../harness/service.ts';

let service: TestService;
let samlProvider: SamlIdentityProvider;
beforeAll(async () => {
  service = await startTestService();
  samlProvider = await startSamlIdentityProvider();
});
afterAll(async () => {
  await samlProvider.close();
  await service.close();
});

const oidc = { issuer: 'https://acme.okta.example', clientId: 'client-1', clientSecret: 'never shown again' };
const SHOWN = `id name protocol status issuer clientId hasClientSecret tenantId ssoUrl stableIdClaim allowsJustInTime
  certificates { fingerprint notBefore notAfter } redirectUri acsUrl entityId testedAt testedClaims version
  createdBy { kind }`;

interface Shown {
  id: string;
  certificates: { fingerprint: string }[];
  [field: string]: unknown;
}
interface Answer {
  ssoConnection: Shown | null;
  errors: { code: string; path: string | null }[];
  [field: string]: unknown;
}

async function ask<Data>(organization: ServiceOrganization, text: string, variables = {}): Promise<Data> {
  const { data, errors } = await service.graphql<Data>(organization.apiKey, text, variables);
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function mutate(
  organization: ServiceOrganization,
  mutation: string,
  input: object,
  fields = `ssoConnection { ${SHOWN} }`,
): Promise<Answer> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const text = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${fields} errors { code path } } }`;
  const answer = (await ask<Record<string, Answer>>(organization, text, { input }))[mutation];
  if (!answer) throw new Error('The mutation did not answer.');
  return answer;
}

it('sets up an OIDC connection, with the address to enter there, and never shows its secret', async () => {
  const organization = await service.organization();
  const { ssoConnection, errors } = await mutate(organization, 'createOidcConnection', { ...oidc, name: 'Okta' });
  expect(errors).toEqual([]);
  const id = ssoConnection?.id ?? '';
  expect(ssoConnection).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    name: 'Okta',
    protocol: 'OIDC',
    status: 'DRAFT',
    issuer: oidc.issuer,
    clientId: 'client-1',
    hasClientSecret: true,
    tenantId: null,
    ssoUrl: null,
    stableIdClaim: 'sub',
    allowsJustInTime: false,
    certificates: [],
    redirectUri: `${service.url}/connections/${id}/oidc/callback`,
    acsUrl: null,
    entityId: null,
    testedAt: null,
    testedClaims: null,
    version: 1,
    createdBy: { kind: 'API_KEY' },
  });
  const read = await ask(organization, `query ($id: ID!) { ssoConnection(id: $id) { ${SHOWN} } }`, { id });
  expect(read).toEqual({ ssoConnection });
  expect(JSON.stringify(read)).not.toContain(oidc.clientSecret);
});

it('has no field, of any type, that would show a client secret of a connection', async () => {
  const text = '{ __type(name: "SsoConnection") { fields { name } } }';
  const { __type } = await ask<{ __type: { fields: { name: string }[] } }>(await service.organization(), text);
  const names = __type.fields.map(({ name }) => name);
  expect(names).toContain('hasClientSecret');
  expect(names).not.toContain('clientSecret');
});

it('sets up a SAML connection from metadata, and takes a second certificate and drops the first', async () => {
  const organization = await service.organization();
  const made = await mutate(organization, 'createSamlConnection', { metadata: samlProvider.metadata() });
  const id = made.ssoConnection?.id ?? '';
  const fingerprint = fingerprintOf(samlProvider.keys.certificate);
  expect(made).toMatchObject({
    errors: [],
    ssoConnection: {
      protocol: 'SAML',
      issuer: samlProvider.issuer,
      ssoUrl: expect.stringContaining(samlProvider.url),
      hasClientSecret: false,
      certificates: [{ fingerprint, notBefore: expect.any(String), notAfter: expect.any(String) }],
      redirectUri: null,
      acsUrl: `${service.url}/connections/${id}/saml/acs`,
      entityId: `${service.url}/connections/${id}/saml/metadata`,
      stableIdClaim: 'NameID',
    },
  });
  samlProvider.renewCertificate();
  const renewed = fingerprintOf(samlProvider.keys.certificate);
  const both = await mutate(organization, 'updateSsoConnection', { id, metadata: samlProvider.metadata() });
  expect(both.ssoConnection?.certificates.map((each) => each.fingerprint).sort()).toEqual(
    [fingerprint, renewed].sort(),
  );
  const dropped = await mutate(organization, 'updateSsoConnection', {
    id,
    removeCertificate: fingerprint,
    ifVersion: 2,
  });
  expect(dropped.ssoConnection).toMatchObject({ certificates: [{ fingerprint: renewed }], version: 3 });
});

it('answers what a correct caller can cause as data, with the path', async () => {
  const organization = await service.organization();
  const refused = async (mutation: string, input: object, fields?: string) =>
    (await mutate(organization, mutation, input, fields)).errors;
  const common = { ...oidc, issuer: 'https://login.microsoftonline.com/common/v2.0' };
  expect(await refused('createOidcConnection', common)).toEqual([{ code: 'INVALID_VALUE', path: 'issuer' }]);
  const doctype = `<!DOCTYPE x [<!ENTITY a "b">]>${samlProvider.metadata()}`;
  const wrong = [{ code: 'INVALID_VALUE', path: 'metadata' }];
  expect(await refused('createSamlConnection', { metadata: doctype })).toEqual(wrong);
  const unknown = { id: uuid() };
  const notFound = [{ code: 'NOT_FOUND', path: 'id' }];
  for (const mutation of ['updateSsoConnection', 'enableSsoConnection', 'disableSsoConnection']) {
    expect(await refused(mutation, unknown), mutation).toEqual(notFound);
  }
  expect(await refused('deleteSsoConnection', unknown, 'deletedId')).toEqual(notFound);
  expect(await refused('testSsoConnection', unknown, 'testUrl')).toEqual(notFound);
  const { ssoConnection } = await mutate(organization, 'createOidcConnection', oidc);
  const conflict = [{ code: 'CONNECTION_STATUS_CONFLICT', path: null }];
  expect(await refused('disableSsoConnection', { id: ssoConnection?.id })).toEqual(conflict);
  const free = await service.organization({ plan: 'free' });
  const lacks = { ssoConnection: null, errors: [{ code: 'PLAN_LACKS_SSO', path: null }] };
  expect(await mutate(free, 'createOidcConnection', oidc)).toEqual(lacks);
});

it('enables, disables, lists and deletes connections', async () => {
  const organization = await service.organization();
  const [one, other] = [
    await mutate(organization, 'createOidcConnection', { ...oidc, name: 'b' }),
    await mutate(organization, 'createSamlConnection', { metadata: samlProvider.metadata(), name: 'a' }),
  ];
  const id = one.ssoConnection?.id ?? '';
  expect(await mutate(organization, 'enableSsoConnection', { id })).toMatchObject({
    ssoConnection: { status: 'ENABLED' },
  });
  expect(await ask(organization, '{ organization { isSsoReady } }')).toEqual({ organization: { isSsoReady: true } });
  const list = async (args: string) => {
    const text = `{ ssoConnections(${args}) { nodes { name } } }`;
    const { ssoConnections } = await ask<{ ssoConnections: { nodes: { name: string }[] } }>(organization, text);
    return ssoConnections.nodes.map(({ name }) => name).join('');
  };
  expect(await list('orderBy: { field: NAME }')).toBe('ab');
  expect(await list('filter: { statuses: [ENABLED] }')).toBe('b');
  expect(await list('filter: { protocols: [SAML] }')).toBe('a');
  expect(await mutate(organization, 'disableSsoConnection', { id })).toMatchObject({
    ssoConnection: { status: 'DISABLED' },
  });
  const deletedId = other.ssoConnection?.id;
  expect(await mutate(organization, 'deleteSsoConnection', { id: deletedId }, 'deletedId')).toEqual({
    deletedId,
    errors: [],
  });
  expect(await list('first: 10')).toBe('b');
});

it('tests a connection, and gives the address for a test sign-in', async () => {
  const organization = await service.organization();
  const { ssoConnection } = await mutate(organization, 'createSamlConnection', { metadata: samlProvider.metadata() });
  const id = ssoConnection?.id ?? '';
  const answer = await mutate(organization, 'testSsoConnection', { id }, 'checks { name isOk message } testUrl');
  expect(answer).toMatchObject({
    errors: [],
    testUrl: expect.stringContaining(`${service.url}/connections/${id}/test/`),
  });
  expect(answer.checks).toContainEqual({ name: expect.any(String), isOk: true, message: expect.any(String) });
  const secret = String(answer.testUrl).split('/').at(-1) ?? '';
  expect(await service.domain.connectionTests.read(id, secret)).toMatchObject({ id });
});

it('is for rollcall:connections alone, and of one organization', async () => {
  const [organization, stranger] = [await service.organization(), await service.organization()];
  const { ssoConnection } = await mutate(organization, 'createOidcConnection', oidc);
  const text = 'query ($id: ID!) { ssoConnection(id: $id) { id } node(id: $id) { id } }';
  expect(await ask(stranger, text, { id: ssoConnection?.id })).toEqual({ ssoConnection: null, node: null });
  const { domain } = service;
  const permissions = ['rollcall:users', 'rollcall:organization'];
  const set = await domain.permissionSets.create(organization.operator, { name: 'Others', permissions });
  const { key } = await domain.apiKeys.create(organization.operator, { name: 'other', permissionSetId: set.id });
  const { errors } = await service.graphql(key, '{ ssoConnections { nodes { id } } }');
  expect(errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN', reason: 'FORBIDDEN' });
});

/** As X.509 tools show it, less the colons. */
function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase();
}
