import { v4 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenGraph, openGraph } from './open-graph.ts';

let graph: OpenGraph;
beforeAll(async () => {
  graph = await openGraph();
});
afterAll(() => graph.close());

const SHOWN = `query ($id: ID!) { directory(id: $id) {
  oauthClients { id clientId name scopes createdBy { kind } secrets { id hint expiresAt revokedAt lastUsedAt } }
  workloadIdentity { clientId issuer scopes }
  health { expiringSecretsCount nextSecretExpiryAt } } }`;

interface Shown {
  directory: {
    oauthClients: { id: string; secrets: { id: string; hint: string; revokedAt: string | null }[] }[];
    workloadIdentity: object | null;
    health: { nextSecretExpiryAt: string | null };
  };
}

it('makes, shows, renews and deletes OAuth clients', async () => {
  const acme = await graph.anOrganization();
  const { ownerKey, directoryId } = acme;
  const mutate = async <Payload>(field: string, selection: string, input: object) => {
    const name = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
    const text = `mutation ($input: ${name}!) { ${field}(input: $input) { ${selection} errors { code path } } }`;
    return (await graph.run<Record<string, Payload>>(ownerKey, text, { input })).data[field] as Payload;
  };
  const show = async () => (await graph.run<Shown>(ownerKey, SHOWN, { id: directoryId })).data.directory;
  type Made = { clientSecret: string; oauthClient: { id: string }; oauthClientSecret: { id: string } };
  const made = await mutate<Made>('createOAuthClient', 'clientSecret oauthClient { id } oauthClientSecret { id }', {
    directoryId,
    name: 'Entra',
    scopes: ['READ', 'USERS_WRITE'],
    secretYears: 1,
  });
  const [client] = (await show()).oauthClients;
  expect(client).toMatchObject({
    id: made.oauthClient.id,
    name: 'Entra',
    scopes: ['READ', 'USERS_WRITE'],
    createdBy: { kind: 'API_KEY' },
    secrets: [{ id: made.oauthClientSecret.id, hint: made.clientSecret.slice(-4), revokedAt: null }],
  });
  const added = await mutate<Made>('addOAuthClientSecret', 'clientSecret oauthClientSecret { id }', {
    oauthClientId: made.oauthClient.id,
  });
  await mutate('revokeOAuthClientSecret', 'oauthClientSecret { revokedAt }', { id: made.oauthClientSecret.id });
  expect((await show()).oauthClients[0]?.secrets).toMatchObject([
    { id: added.oauthClientSecret.id, revokedAt: null },
    { id: made.oauthClientSecret.id, revokedAt: expect.any(String) },
  ]);
  expect(JSON.stringify(await show())).not.toContain(added.clientSecret);
  expect((await show()).health.nextSecretExpiryAt).toEqual(expect.any(String));
  const wrong = await mutate('createOAuthClient', 'clientSecret', { directoryId, name: 'x', secretYears: 7 });
  expect(wrong).toEqual({ clientSecret: null, errors: [{ code: 'INVALID_VALUE', path: 'secretYears' }] });
  expect(await mutate('deleteOAuthClient', 'deletedId', { id: made.oauthClient.id })).toEqual({
    deletedId: made.oauthClient.id,
    errors: [],
  });
  expect((await show()).oauthClients).toEqual([]);
});

it('sets and removes the workload identity of a directory', async () => {
  const { ownerKey, directoryId } = await graph.anOrganization();
  const tenantId = uuid();
  const set = `mutation ($input: SetWorkloadIdentityInput!) { setWorkloadIdentity(input: $input) {
    workloadIdentity { clientId issuer scopes } errors { code path } } }`;
  const input = { directoryId, tenantId, audience: `api://${uuid()}`, subject: uuid(), scopes: ['READ'] };
  const { data } = await graph.run<{ setWorkloadIdentity: { workloadIdentity: object } }>(ownerKey, set, { input });
  const { workloadIdentity } = data.setWorkloadIdentity;
  expect(workloadIdentity).toEqual({
    clientId: expect.stringMatching(/^rcclient_/),
    issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
    scopes: ['READ'],
  });
  const show = async () => (await graph.run<Shown>(ownerKey, SHOWN, { id: directoryId })).data.directory;
  expect((await show()).workloadIdentity).toEqual(workloadIdentity);
  const loopback = { input: { ...input, issuer: 'http://127.0.0.1:1/v2.0' } };
  expect((await graph.run(ownerKey, set, loopback)).data).toEqual({
    setWorkloadIdentity: { workloadIdentity: null, errors: [{ code: 'INVALID_VALUE', path: 'issuer' }] },
  });
  const remove = `mutation ($id: ID!) { removeWorkloadIdentity(input: { directoryId: $id }) { errors { code path } } }`;
  const removed = { removeWorkloadIdentity: { errors: [] } };
  expect((await graph.run(ownerKey, remove, { id: directoryId })).data).toEqual(removed);
  const none = { removeWorkloadIdentity: { errors: [{ code: 'NOT_FOUND', path: 'directoryId' }] } };
  expect((await graph.run(ownerKey, remove, { id: directoryId })).data).toEqual(none);
  expect((await show()).workloadIdentity).toBeNull();
});
