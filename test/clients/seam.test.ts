// The SCIM facade reaches everything through GraphClient alone, so it can run as a process of its own: over HTTP every document
// and every request is answered as in process (docs/adr: the facade seam).
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InProcessClient } from '../../src/graph/execute.ts';
import { createSchema } from '../../src/graph/schema.ts';
import * as operations from '../../src/scim/documents/operations.ts';
import type { GraphAnswer, GraphClient, GraphDocument } from '../../src/scim/graph-client.ts';
import { HttpGraphClient } from '../../src/scim/http-graph-client.ts';
import { createScimFacade } from '../../src/scim/router.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { defaultDialect, entraGroup, entraUser, flagDialect } from './entra-requests.ts';
import { idOf, type ScimAnswer, type ScimClient } from './scim-client.ts';

let service: TestService;
let inProcess: GraphClient;
let overHttp: GraphClient;
beforeAll(async () => {
  service = await startTestService();
  inProcess = new InProcessClient(
    await createSchema(),
    service.domain,
    { error: () => undefined },
    {
      accepts: 'scimTokens',
      address: { publicUrl: '' },
    },
  );
  overHttp = new HttpGraphClient(`${service.url}/graphql`);
});
afterAll(() => service.close());

/** The answers with every UUID numbered in the order of its appearance and every time alike, so that two runs compare. */
function comparable(answers: unknown): unknown {
  const ids = new Map<string, string>();
  const number = (id: string) => {
    const known = ids.get(id) ?? `id ${ids.size + 1}`;
    ids.set(id, known);
    return known;
  };
  const text = JSON.stringify(answers)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, number)
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'a time');
  return JSON.parse(text);
}

/** Runs a document; `authorization` null sends none, by default it is the directory's own bearer. */
type Run = (document: unknown, variables: unknown, authorization?: string | null) => Promise<GraphAnswer<unknown>>;

describe('documents', () => {
  /** Every document, each with success and with what can go wrong, on a directory of its own. */
  async function script({ directory }: Connected, run: Run): Promise<unknown[]> {
    const directoryId = directory.id;
    const answers: unknown[] = [];
    const tell: Run = async (...question) => {
      const answer = await run(...question);
      answers.push(answer);
      return answer;
    };
    const unknown = '019b0000-0000-7000-8000-000000000000';
    const input = (more: object) => ({ input: { directoryId, ...more } });
    await tell(operations.openDirectoryDocument, { directoryId });
    await tell(operations.openDirectoryDocument, { directoryId }, 'Bearer wrong');
    await tell(operations.openDirectoryDocument, { directoryId }, null);
    await tell(operations.openDirectoryDocument, { directoryId: unknown });
    await tell(operations.openDirectoryDocument, {});
    const made = await tell(
      operations.createUserDocument,
      input({ resource: entraUser('ada', { title: 'é\u2028😀"\\' }) }),
    );
    const user = idAt(made, 'createDirectoryUser', 'directoryUser');
    await tell(operations.createUserDocument, input({ resource: entraUser('ada') }));
    await tell(operations.createUserDocument, input({ resource: { userName: 'a\u0000b' } }));
    await tell(operations.createUserDocument, input({ resource: null }));
    await tell(operations.readUserDocument, { directoryId, id: user, withGroups: true });
    await tell(operations.readUserDocument, { directoryId, id: 'no id', withGroups: false });
    const replace = { id: user, resource: entraUser('ada', { title: 'New' }) };
    await tell(operations.replaceUserDocument, { ...input({ ...replace, ifVersions: [1] }), withGroups: true });
    await tell(operations.replaceUserDocument, { ...input({ ...replace, ifVersions: [7] }), withGroups: false });
    await tell(operations.replaceUserDocument, { ...input({ ...replace, id: unknown }), withGroups: false });
    const filter = { compare: { attribute: 'userName', operator: 'EQ', value: 'ADA@contoso.example' } };
    await tell(operations.listUsersDocument, { directoryId, filter, startIndex: 1, count: 10, withGroups: true });
    const unsearchable = { compare: { attribute: 'title', operator: 'GT', value: 1 } };
    await tell(operations.listUsersDocument, {
      directoryId,
      filter: unsearchable,
      startIndex: 1,
      count: 10,
      withGroups: false,
    });
    const group = await tell(operations.createGroupDocument, {
      ...input({ resource: entraGroup('Screens'), memberIds: [user] }),
      withMembers: true,
      first: 10,
    });
    const id = idAt(group, 'createDirectoryGroup', 'directoryGroup');
    await tell(operations.createGroupDocument, {
      ...input({ resource: entraGroup('SCREENS') }),
      withMembers: false,
      first: 10,
    });
    const members = [
      { kind: 'REMOVE', userIds: [user] },
      { kind: 'ADD', userIds: [user, unknown, 'x'] },
    ];
    await tell(operations.changeGroupDocument, {
      ...input({ id, displayName: 'Renamed', members }),
      withGroup: true,
      withMembers: true,
      first: 10,
    });
    await tell(operations.changeGroupDocument, {
      ...input({ id, ifVersions: [9] }),
      withGroup: false,
      withMembers: false,
      first: 10,
    });
    await tell(operations.readGroupDocument, { directoryId, id, withMembers: true, first: 10 });
    await tell(operations.readGroupMembersDocument, { directoryId, id, first: 1, after: null });
    await tell(operations.readGroupMembersDocument, { directoryId, id, first: 9_999, after: user });
    await tell(operations.listGroupsDocument, {
      directoryId,
      filter: null,
      startIndex: 1,
      count: 10,
      withMembers: false,
      first: 10,
    });
    await tell(operations.listResourcesDocument, {
      directoryId,
      startIndex: 1,
      count: 10,
      withGroups: true,
      withMembers: true,
      first: 10,
    });
    await tell(operations.listDirectorySchemasDocument, { directoryId });
    await tell(operations.readStrictnessDocument, { directoryId });
    await tell(operations.readStrictnessDocument, { directoryId: unknown });
    const event = { requestId: 'r', method: 'GET', path: '/x', outcome: 'usersRead', at: '2026-01-01T00:00:00.000Z' };
    await tell(operations.reportProvisioningEventsDocument, input({ events: [event] }));
    const refused = { address: '192.0.2.1', count: 1, method: 'GET', path: '/x', at: '2026-01-01T00:00:00.000Z' };
    await tell(operations.reportRefusedCallsDocument, input({ calls: [refused] }), null);
    await tell(operations.reportRefusedCallsDocument, { input: { directoryId: unknown, calls: [refused] } });
    await tell(operations.deleteGroupDocument, input({ id, ifVersions: [9] }));
    await tell(operations.deleteGroupDocument, input({ id }));
    await tell(operations.deleteUserDocument, input({ id: user }));
    await tell(operations.deleteUserDocument, input({ id: user }));
    return answers;
  }

  it('are all answered over HTTP as in process', async () => {
    const asked = new Set<string>();
    const runOn = async (client: GraphClient) => {
      const connected = await service.connected();
      const bearer = `Bearer ${connected.directory.token}`;
      const answers = await script(connected, (document, variables, authorization = bearer) => {
        const known = document as GraphDocument<unknown, unknown>;
        asked.add(known.name);
        const call = { requestId: 'seam', method: 'POST', path: '/scim/v2/seam' };
        return client.run(known, variables, { ...call, authorization: authorization ?? undefined });
      });
      return comparable(withoutPlaces(answers));
    };
    expect(await runOn(overHttp)).toEqual(await runOn(inProcess));
    expect([...asked].sort()).toEqual(operations.documents.map((document) => document.name).sort());
  });

  it('tell the request that they came with, whichever way they went', async () => {
    for (const client of [overHttp, inProcess]) {
      const { directory, organization } = await service.connected();
      const requestId = randomUUID();
      const call = {
        authorization: `Bearer ${directory.token}`,
        requestId,
        method: 'PUT',
        path: `/scim/v2/${directory.id}/Users?x=é%20`,
      };
      await client.run(
        operations.createUserDocument,
        { input: { directoryId: directory.id, resource: { userName: 'ada' } } },
        call,
      );
      const { items } = await service.domain.provisioningEvents.list(organization.operator, directory.id, {});
      expect(items).toMatchObject([{ requestId, method: 'PUT', outcome: 'userCreated' }]);
      expect(items[0]?.path).toContain(`/scim/v2/${directory.id}/Users`);
    }
  });
});

function idAt({ data }: GraphAnswer<unknown>, field: string, noun: string): string {
  const payload = (data as Record<string, Record<string, { id: string } | null>> | null | undefined)?.[field];
  const id = payload?.[noun]?.id;
  if (id === undefined) throw new Error(`${field} answered no ${noun}: ${JSON.stringify(payload)}`);
  return id;
}

/** Where in a document an error lies is of no use to the facade; the texts differ in white space. */
function withoutPlaces(answers: unknown): unknown {
  return JSON.parse(JSON.stringify(answers), (key, value: unknown) => (key === 'locations' ? undefined : value));
}

it('a facade in a process of its own answers every SCIM request as the one inside', async () => {
  const facade = createScimFacade({ graph: overHttp, baseUrl: (id) => `${service.url}/scim/v2/${id}` });
  const server = createServer(express().use('/scim/v2', facade.router));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const inside = await service.connected();
  const outside = await service.connected();
  const remote = service.scim({
    ...outside.directory,
    tenantUrl: `http://127.0.0.1:${port}/scim/v2/${outside.directory.id}`,
  });
  try {
    expect(comparable(await session(remote))).toEqual(comparable(await session(inside.scim)));
  } finally {
    remote.close();
    await facade.flush();
    server.closeAllConnections();
    server.close();
  }
});

async function session(scim: ScimClient): Promise<unknown[]> {
  const answers: ScimAnswer[] = [];
  const tell = async (answer: Promise<ScimAnswer>) => {
    answers.push(await answer);
    return answer;
  };
  const user = `/Users/${idOf(await tell(scim.post('/Users', entraUser('ada'))))}`;
  await tell(scim.post('/Users', entraUser('ADA')));
  const group = `/Groups/${idOf(await tell(scim.post('/Groups', entraGroup('Screens'))))}`;
  await tell(scim.patch(group, [defaultDialect.addMembers(user.slice('/Users/'.length))]));
  await tell(scim.get(group));
  await tell(scim.patch(user, [flagDialect.replace({ displayName: 'New', active: 'False' })]));
  await tell(scim.patch(user, [defaultDialect.disable], { 'If-Match': 'W/"77"' }));
  await tell(scim.find('/Users', 'userName eq "ada@contoso.example"'));
  await tell(scim.find('/Users', 'favouriteColour eq "red"'));
  await tell(scim.get('/Users', { Authorization: 'Bearer wrong' }));
  await tell(scim.get('/Schemas'));
  await tell(scim.delete(user));
  await tell(scim.get(user));
  return answers.map(({ status, body, headers }) => ({ status, body, etag: headers.etag, location: headers.location }));
}
