import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeDns } from '../harness/fake-dns.ts';
import { type ServiceOrganization, startTestService, type TestService } from '../harness/service.ts';

const dns = new FakeDns();
let service: TestService;
beforeAll(async () => {
  service = await startTestService({}, { resolveTxt: dns.resolveTxt });
});
afterAll(async () => {
  expect(service.failures).toEqual([]);
  await service.close();
});

const FIELDS = 'id domain status recordName recordValue verifiedAt checkedAt missingSince';

interface Payload {
  emailDomain?: { id: string; recordName: string; recordValue: string } | null;
  deletedId?: string | null;
  errors: { code: string; message: string; path: string | null }[];
}

async function change(
  key: string,
  mutation: 'addEmailDomain' | 'verifyEmailDomain' | 'removeEmailDomain',
  input: object,
): Promise<Payload> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`;
  const selection = mutation === 'removeEmailDomain' ? 'deletedId' : `emailDomain { ${FIELDS} }`;
  const text = `mutation ($input: ${type}) { answer: ${mutation}(input: $input) { ${selection} errors { code message path } } }`;
  const { data, errors } = await service.graphql<{ answer: Payload }>(key, text, { input });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.answer;
}

async function aKey({ operator }: ServiceOrganization, permissions: string[]): Promise<string> {
  const set = await service.domain.permissionSets.create(operator, { name: 'Set', permissions });
  return (await service.domain.apiKeys.create(operator, { name: 'Key', permissionSetId: set.id })).key;
}

describe('a domain over GraphQL', () => {
  it('is added, proved, listed and removed', async () => {
    const { apiKey } = await service.organization();
    const { emailDomain, errors } = await change(apiKey, 'addEmailDomain', { domain: 'ACME.example' });
    expect(errors).toEqual([]);
    expect(emailDomain).toMatchObject({ domain: 'acme.example', status: 'PENDING', verifiedAt: null });
    const id = emailDomain?.id ?? '';
    const unproved = await change(apiKey, 'verifyEmailDomain', { id });
    expect(unproved).toMatchObject({ emailDomain: null, errors: [{ code: 'EMAIL_DOMAIN_NOT_PROVED', path: 'id' }] });
    expect(unproved.errors[0]?.message).toContain(emailDomain?.recordValue);
    dns.set(emailDomain?.recordName ?? '', emailDomain?.recordValue ?? '');
    const verified = await change(apiKey, 'verifyEmailDomain', { id });
    expect(verified.emailDomain).toMatchObject({ status: 'VERIFIED', verifiedAt: expect.any(String) });
    const list = `{ emailDomains(orderBy: { field: DOMAIN, direction: DESC }, filter: { status: VERIFIED }) {
      nodes { ${FIELDS} } } emailDomain(id: "${id}") { domain } node(id: "${id}") { __typename } }`;
    expect((await service.graphql(apiKey, list)).data).toEqual({
      emailDomains: { nodes: [verified.emailDomain] },
      emailDomain: { domain: 'acme.example' },
      node: { __typename: 'EmailDomain' },
    });
    expect(await change(apiKey, 'removeEmailDomain', { id })).toEqual({ deletedId: id, errors: [] });
    expect((await service.graphql(apiKey, list)).data).toEqual({
      emailDomains: { nodes: [] },
      emailDomain: null,
      node: null,
    });
  });

  it('answers as data what a correct caller can cause', async () => {
    const [acme, globex] = [await service.organization(), await service.organization()];
    const prove = async (key: string) => {
      const { emailDomain } = await change(key, 'addEmailDomain', { domain: 'taken.example' });
      dns.set(emailDomain?.recordName ?? '', emailDomain?.recordValue ?? '');
      return change(key, 'verifyEmailDomain', { id: emailDomain?.id });
    };
    await prove(acme.apiKey);
    const taken = await prove(globex.apiKey);
    expect(taken.errors).toMatchObject([{ code: 'EMAIL_DOMAIN_TAKEN', path: 'id' }]);
    const everybody = await change(globex.apiKey, 'addEmailDomain', { domain: 'gmail.com' });
    expect(everybody.errors).toMatchObject([{ code: 'INVALID_VALUE', path: 'domain' }]);
    const unknown = await change(globex.apiKey, 'removeEmailDomain', { id: acme.id });
    expect(unknown.errors).toMatchObject([{ code: 'NOT_FOUND', path: 'id' }]);
  });

  it('needs rollcall:connections, to read as to change', async () => {
    const organization = await service.organization();
    const [admin, other] = [
      await aKey(organization, ['rollcall:connections']),
      await service.domain.permissionSets
        .create(organization.operator, { name: 'Others', permissions: ['rollcall:users'] })
        .then(({ id }) => service.domain.apiKeys.create(organization.operator, { name: 'Other', permissionSetId: id }))
        .then(({ key }) => key),
    ];
    await change(admin, 'addEmailDomain', { domain: 'acme.example' });
    for (const text of [
      '{ emailDomains { nodes { id } } }',
      'mutation { addEmailDomain(input: { domain: "acme.example" }) { errors { code } } }',
    ]) {
      const { errors } = await service.graphql(other, text);
      expect(errors?.[0]?.extensions?.code, text).toBe('FORBIDDEN');
    }
  });
});

describe('updateOrganization', () => {
  const text = `mutation ($input: UpdateOrganizationInput!) { answer: updateOrganization(input: $input) {
    organization { disclosesName signInContact acceptsOtherMethods sessionIdleMinutes sessionLifetimeMinutes }
    errors { code path } } }`;
  const update = async (apiKey: string, input: object) =>
    (await service.graphql<{ answer: object }>(apiKey, text, { input })).data?.answer;
  const defaults = {
    disclosesName: true,
    signInContact: null,
    acceptsOtherMethods: false,
    sessionIdleMinutes: 720,
    sessionLifetimeMinutes: 10_080,
  };

  it('sets the rules for sign-in, and clears the contact', async () => {
    const { apiKey } = await service.organization();
    expect(await update(apiKey, {})).toEqual({ organization: defaults, errors: [] });
    const input = {
      disclosesName: false,
      signInContact: 'Ask it@acme.example.',
      acceptsOtherMethods: true,
      sessionIdleMinutes: 5,
      sessionLifetimeMinutes: 15,
    };
    expect(await update(apiKey, input)).toEqual({ organization: input, errors: [] });
    const cleared = await update(apiKey, { signInContact: null });
    expect(cleared).toEqual({ organization: { ...input, signInContact: null }, errors: [] });
  });

  it.each([
    [{ disclosesName: null }, 'disclosesName'],
    [{ acceptsOtherMethods: null }, 'acceptsOtherMethods'],
    [{ signInContact: 'x'.repeat(201) }, 'signInContact'],
    [{ sessionIdleMinutes: 4 }, 'sessionIdleMinutes'],
    [{ sessionIdleMinutes: 43_201, sessionLifetimeMinutes: 50_000 }, 'sessionIdleMinutes'],
    [{ sessionLifetimeMinutes: 129_601 }, 'sessionLifetimeMinutes'],
    [{ sessionLifetimeMinutes: 60 }, 'sessionLifetimeMinutes'],
    [{ sessionIdleMinutes: 20_000 }, 'sessionIdleMinutes'],
  ])('refuses %j', async (input, path) => {
    const { apiKey } = await service.organization();
    expect(await update(apiKey, input)).toEqual({ organization: null, errors: [{ code: 'INVALID_VALUE', path }] });
  });
});
