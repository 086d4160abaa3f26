// The ten questions that a product's frontend asks: the documents of docs/guides/graphql, run as they stand there.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  postGraphql,
  type ServiceDirectory,
  type ServiceOrganization,
  startTestService,
  type TestService,
} from '../harness/service.ts';

let service: TestService;
let acme: ServiceOrganization;
let directory: ServiceDirectory;
let ids: Record<'rosa' | 'carol' | 'dora' | 'ada' | 'eve' | 'marketing' | 'finance' | 'lobby' | 'cafeteria', string>;

/** A company whose marketing comes from Entra and by hand, and whose finance waits for an approval. */
beforeAll(async () => {
  service = await startTestService();
  acme = await service.organization({ name: 'Acme', slug: 'acme' });
  directory = await service.directory(acme);
  const { domain } = service;
  const { operator } = acme;
  const user = async (userName: string) => (await domain.users.create(operator, { userName })).id;
  const group = async (name: string) => (await domain.groups.create(operator, { name })).id;
  const space = async (name: string) => (await domain.spaces.create(operator, { name })).id;
  const made = {
    rosa: await user('rosa@acme.example'),
    carol: await user('carol@acme.example'),
    dora: await user('dora@acme.example'),
    marketing: await group('Marketing'),
    finance: await group('Finance'),
    lobby: await space('Lobby'),
    cafeteria: await space('Cafeteria'),
  };
  const publishing = { name: 'Publisher', permissions: ['screens:publish', 'screens:view'] };
  const publisher = await domain.permissionSets.create(operator, publishing);
  const payer = await domain.permissionSets.create(operator, { name: 'Payer', permissions: ['billing:pay'] });
  await domain.groups.addMembers(operator, made.marketing, [made.rosa]);
  await domain.grants.grant(operator, { permissionSetId: publisher.id, groupId: made.marketing });
  await domain.grants.grant(operator, { permissionSetId: payer.id, groupId: made.finance });
  await domain.grants.grant(operator, { permissionSetId: publisher.id, userId: made.carol, spaceId: made.lobby });

  const scim = service.scim(directory);
  const schemas = (name: string) => [`urn:ietf:params:scim:schemas:core:2.0:${name}`];
  const push = async (path: string, body: object) => (await scim.post(path, body)).body as { id: string };
  const person = (name: string) =>
    push('/Users', { schemas: schemas('User'), userName: `${name}@acme.example`, displayName: name, active: true });
  const [ada, eve] = [await person('ada'), await person('eve')];
  const pushed = (displayName: string, members: { id: string }[]) =>
    push('/Groups', { schemas: schemas('Group'), displayName, members: members.map(({ id }) => ({ value: id })) });
  await pushed('Marketing', [ada]);
  await pushed('Finance', [ada, eve]);
  const users = (await domain.users.list(operator, {})).items;
  const idOf = (name: string) => users.find(({ userName }) => userName === `${name}@acme.example`)?.id ?? '';
  ids = { ...made, ada: idOf('ada'), eve: idOf('eve') };
});
afterAll(() => service.close());

const documents = new URL('../../docs/guides/graphql/', import.meta.url);

/** Runs one operation of a document of the guide, which must answer without errors. */
async function ask<Data = unknown>(document: string, variables: object = {}, operationName?: string): Promise<Data> {
  const query = readFileSync(new URL(`${document}.graphql`, documents), 'utf8');
  const answer = await postGraphql<Data>(service.url, acme.apiKey, { query, variables, operationName });
  expect(answer.errors).toBeUndefined();
  return answer.data as Data;
}

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
const LAST_PAGE = { hasNextPage: false, endCursor: expect.any(String) };

describe('the ten questions', () => {
  it('1: who am I?', async () => {
    const { viewer } = await ask<{ viewer: { permissions: string[] } }>('who-am-i');
    expect(viewer).toEqual({
      actor: { kind: 'API_KEY', id: expect.any(String), name: 'tests' },
      organization: { id: acme.id, name: 'Acme', slug: 'acme', plan: 'ENTERPRISE', status: 'ACTIVE' },
      permissions: expect.arrayContaining(['billing:pay', 'rollcall:organization', 'screens:publish']),
    });
    expect(viewer.permissions).toEqual(viewer.permissions.toSorted());
  });

  it('2: what may they do here, and in this space?', async () => {
    const carol = await ask('what-may-they-do', { userId: ids.carol, spaceId: ids.lobby });
    expect(carol).toEqual({
      user: {
        userName: 'carol@acme.example',
        displayName: null,
        active: true,
        effectivePermissions: [],
        inSpace: ['screens:publish', 'screens:view'],
      },
    });
    // What holds for the whole organization holds in every space.
    expect(await ask('what-may-they-do', { userId: ids.ada, spaceId: ids.cafeteria })).toMatchObject({
      user: { effectivePermissions: ['screens:publish', 'screens:view'], inSpace: ['screens:publish', 'screens:view'] },
    });
  });

  it('3: may they do this in that space?', async () => {
    const may = async (variables: object) =>
      (await ask<{ check: boolean }>('may-they', { permission: 'screens:publish', ...variables }, 'MayThey')).check;
    expect(await may({ userId: ids.carol, spaceId: ids.lobby })).toBe(true);
    expect(await may({ userId: ids.carol, spaceId: ids.cafeteria })).toBe(false);
    expect(await may({ userId: ids.carol })).toBe(false);
    expect(await may({ userId: ids.rosa, spaceId: ids.cafeteria })).toBe(true);
    const questions = [
      { userId: ids.carol, permission: 'screens:publish', spaceId: ids.lobby },
      { userId: ids.eve, permission: 'screens:publish', spaceId: ids.lobby },
      { userId: ids.eve, permission: 'billing:pay' },
      { userId: ids.ada, permission: 'screens:view' },
    ];
    expect(await ask('may-they', { questions }, 'MayTheyAll')).toEqual({ checkMany: [true, false, false, true] });
  });

  it('4: which groups are they in?', async () => {
    const marketing = { id: ids.marketing, name: 'Marketing' };
    const groupsOf = (userId: string) => ask('their-groups', { userId });
    expect(await groupsOf(ids.rosa)).toEqual({ user: { groups: [{ source: 'MANUAL', group: marketing }] } });
    expect(await groupsOf(ids.ada)).toEqual({ user: { groups: [{ source: 'DIRECTORY', group: marketing }] } });
    expect(await groupsOf(ids.dora)).toEqual({ user: { groups: [] } });
  });

  it('5: who is in this group, and why?', async () => {
    expect(await ask('who-is-in-this-group', { groupId: ids.marketing })).toEqual({
      group: {
        name: 'Marketing',
        links: [{ state: 'ACTIVE', directoryId: directory.id, directoryRecordName: 'Marketing' }],
        members: {
          nodes: [
            {
              source: 'DIRECTORY',
              addedAt: null,
              addedBy: null,
              user: { id: ids.ada, userName: 'ada@acme.example', displayName: 'ada' },
            },
            {
              source: 'MANUAL',
              addedAt: TIME,
              addedBy: { kind: 'OPERATOR', name: null },
              user: { id: ids.rosa, userName: 'rosa@acme.example', displayName: null },
            },
          ],
          pageInfo: LAST_PAGE,
        },
      },
    });
  });

  it('6: who may publish?', async () => {
    const namesOf = async (variables: object) => {
      const { whoHas } = await ask<{ whoHas: { nodes: { userName: string }[]; pageInfo: object } }>(
        'who-may',
        variables,
      );
      expect(whoHas.pageInfo).toEqual({
        hasNextPage: false,
        endCursor: whoHas.nodes.length > 0 ? expect.any(String) : null,
      });
      return whoHas.nodes.map(({ userName }) => userName.split('@')[0]).toSorted();
    };
    expect(await namesOf({ permission: 'screens:publish' })).toEqual(['ada', 'rosa']);
    expect(await namesOf({ permission: 'screens:publish', spaceId: ids.lobby })).toEqual(['ada', 'carol', 'rosa']);
    expect(await namesOf({ permission: 'billing:pay' })).toEqual([]);
  });

  it('7: whom can I invite next?', async () => {
    const person = (name: 'dora' | 'eve', displayName: string | null) => {
      return { id: ids[name], userName: `${name}@acme.example`, displayName, email: null };
    };
    expect(await ask('whom-to-invite-next')).toEqual({
      users: { nodes: [person('dora', null), person('eve', 'eve')], pageInfo: LAST_PAGE },
    });
    expect(await ask('whom-to-invite-next', { search: 'EV' })).toMatchObject({
      users: { nodes: [{ userName: 'eve@acme.example' }] },
    });
  });

  it('8: which links wait, and what would approving them do?', async () => {
    const { links } = await ask<{ links: { nodes: { id: string }[] } }>('links-that-wait', {}, 'LinksThatWait');
    expect(links).toEqual({
      nodes: [
        {
          id: expect.any(String),
          kind: 'GROUP',
          reason: 'GROUP_IS_PROTECTED',
          directoryRecordName: 'Finance',
          group: { id: ids.finance, name: 'Finance' },
          user: null,
          createdAt: TIME,
        },
      ],
      pageInfo: LAST_PAGE,
    });
    const linkId = links.nodes[0]?.id;
    const gains = (name: 'ada' | 'eve') => {
      return { id: ids[name], userName: `${name}@acme.example`, gainedPermissions: ['billing:pay'] };
    };
    expect(await ask('links-that-wait', { linkId }, 'WhatApprovalWouldDo')).toEqual({
      linkPreview: {
        peopleCount: 2,
        permissions: ['billing:pay'],
        absorbedCount: 0,
        manualCount: 0,
        digest: expect.any(String),
        people: { nodes: [gains('ada'), gains('eve')], pageInfo: LAST_PAGE },
      },
    });
  });

  it('9: what changed since I last looked?', async () => {
    interface Changes {
      events: { nodes: { type: string; subjectId: string }[]; pageInfo: { endCursor: string } };
    }
    const all = await vi.waitFor(async () => {
      const { events } = await ask<Changes>('what-changed');
      // The feed holds back what a transaction of another test could still come before.
      expect(events.nodes.filter(({ type }) => type === 'directoryGroupCreated')).toHaveLength(2);
      return events;
    }, 20_000);
    expect(all.nodes[0]).toMatchObject({ type: 'organizationCreated', subjectId: acme.id });
    const filter = { types: ['userCreated', 'userBlocked'] };
    await service.domain.users.block(acme.operator, ids.dora);
    await vi.waitFor(async () => {
      expect(await ask('what-changed', { after: all.pageInfo.endCursor, filter })).toEqual({
        events: {
          nodes: [
            {
              id: expect.any(String),
              type: 'userBlocked',
              subjectId: ids.dora,
              actor: { kind: 'OPERATOR', name: null },
              data: {},
              createdAt: TIME,
            },
          ],
          pageInfo: LAST_PAGE,
        },
      });
    }, 20_000);
    await service.domain.users.unblock(acme.operator, ids.dora);
  });

  it('10: is provisioning healthy?', async () => {
    const healthy = {
      id: directory.id,
      name: 'Entra',
      status: 'ACTIVE',
      health: {
        lastCallAt: TIME,
        lastWriteAt: TIME,
        lastFailureAt: null,
        failedCallsLastDay: 0,
        lastRefusedAt: null,
        lastRefusalReason: null,
        refusedCallsLastDay: 0,
        waitingLinksCount: 1,
        conflictsCount: 0,
        unlinkedRecordsCount: 0,
        nextTokenExpiryAt: null,
        lastTokenUseAt: TIME,
      },
    };
    expect(await ask('is-provisioning-healthy')).toEqual({ directories: { nodes: [healthy] } });
    const scim = service.scim(directory);
    expect((await scim.get('/Users?filter=shoeSize%20eq%2042')).status).toBe(400);
    expect((await fetch(`${directory.tenantUrl}/Users`, { headers: { authorization: 'Bearer wrong' } })).status).toBe(
      401,
    );
    // Reads and refusals are told within a second.
    await vi.waitFor(async () => {
      const { directories } = await ask<{ directories: { nodes: object[] } }>('is-provisioning-healthy');
      expect(directories.nodes[0]).toMatchObject({
        health: {
          lastFailureAt: TIME,
          failedCallsLastDay: 1,
          lastRefusedAt: TIME,
          lastRefusalReason: 'TOKEN_UNKNOWN',
          refusedCallsLastDay: 1,
        },
      });
    }, 5_000);
  });
});
