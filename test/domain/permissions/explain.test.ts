import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import {
  aDirectoryGroup,
  aDirectoryUser,
  aGrant,
  aGroup,
  anOrganization,
  aPermissionSet,
  aSpace,
  aUser,
  builtInSet,
  type Domain,
  domainOf,
  setDefault,
  type TestOrganization,
} from '../../harness/builders.ts';
import { openTestDatabase } from '../../harness/database.ts';

const unknownId = '0199c0de-7a11-7000-8000-00000000dead';
const permission = 'screens:publish';

let domain: Domain;
let close: () => Promise<void>;

beforeAll(async () => {
  const opened = await openTestDatabase();
  domain = domainOf(opened.database);
  close = opened.close;
});
afterAll(() => close());

const explain = (made: TestOrganization, userId: string, spaceId?: string) =>
  domain.access.explain(made.operator, { userId, permission, spaceId });

const noStep = {
  group: null,
  membership: null,
  groupLink: null,
  directoryGroup: null,
  memberRequest: null,
  directoryUser: null,
  userLink: null,
};

async function setOf(made: TestOrganization, id: string) {
  const set = await domain.permissionSets.get(made.operator, id);
  return { id, name: set.name, builtIn: set.builtIn };
}

describe('S21: explaining', () => {
  it('names every path, step by step, with who and when', async () => {
    const made = await anOrganization(domain);
    const { user, directoryUserId } = await aDirectoryUser(domain, made, { userName: 'ada@acme.example' });
    const linked = await aGroup(domain, made, { name: 'Marketing' });
    const { directoryGroupId, linkId } = await aDirectoryGroup(domain, made, {
      group: linked,
      displayName: 'All of Marketing',
      memberIds: [directoryUserId],
    });
    const given = await aGrant(domain, made, { groupId: linked.id }, [permission]);
    const manual = await aGroup(domain, made, { name: 'Editors', members: [user] });
    const givenByHand = await aGrant(domain, made, { groupId: manual.id }, [permission]);
    const owner = await builtInSet(domain, made, 'owner');
    const direct = await domain.grants.grant(made.operator, { permissionSetId: owner.id, userId: user.id });
    await aGrant(domain, made, { userId: user.id }, ['screens:view']);
    const operator = { kind: 'operator' };
    const at = domain.clock();
    const grantOf = (id: string) => ({ id, grantedBy: operator, grantedAt: at, space: null });
    expect(await explain(made, user.id)).toEqual({
      isAllowed: true,
      inactiveReason: null,
      otherSpaces: [],
      paths: [
        {
          ...noStep,
          source: 'direct',
          isEffective: true,
          permissionSet: await setOf(made, owner.id),
          grant: grantOf(direct.id),
        },
        {
          source: 'directory',
          isEffective: true,
          permissionSet: await setOf(made, given.permissionSetId),
          grant: grantOf(given.id),
          group: { id: linked.id, name: 'Marketing' },
          membership: null,
          groupLink: { id: linkId, createdAt: at, decidedBy: null, decidedAt: null },
          directoryGroup: { id: directoryGroupId, name: 'All of Marketing' },
          memberRequest: null,
          directoryUser: {
            id: directoryUserId,
            userName: 'ada@acme.example',
            active: true,
            directoryId: expect.any(String),
            directoryName: 'Entra',
          },
          userLink: { id: expect.any(String), createdAt: at, decidedBy: null, decidedAt: null },
        },
        {
          ...noStep,
          source: 'manual',
          isEffective: true,
          permissionSet: await setOf(made, givenByHand.permissionSetId),
          grant: grantOf(givenByHand.id),
          group: { id: manual.id, name: 'Editors' },
          membership: { addedBy: operator, addedAt: at },
        },
      ],
    });
  });

  it('goes down to the request that made the member, and to who approved the links', async () => {
    const made = await anOrganization(domain);
    const { user, directoryUserId } = await aDirectoryUser(domain, made);
    const group = await aGroup(domain, made);
    const { linkId } = await aDirectoryGroup(domain, made, { group, memberIds: [directoryUserId] });
    await aGrant(domain, made, { groupId: group.id }, [permission]);
    const eventId = uuid();
    const at = domain.clock();
    const by = { kind: 'apiKey', id: uuid(), name: 'Console' };
    await domain.database.transaction(made.organization.id, async (transaction) => {
      await transaction.rows(insertRequest, eventId, uuid(), at);
      await transaction.rows(setRequest, directoryUserId, eventId);
      await transaction.rows(decideGroupLink, JSON.stringify(by), at);
      await transaction.rows(decideUserLink, JSON.stringify(by), at);
    });
    expect((await explain(made, user.id)).paths).toMatchObject([
      {
        memberRequest: { id: eventId, method: 'PATCH', path: '/Groups/1', requestId: 'request-7', at },
        groupLink: { id: linkId, decidedBy: by, decidedAt: at },
        userLink: { decidedBy: by, decidedAt: at },
      },
    ]);
  });

  it('shows the paths of a record that is switched off, and that they do not count', async () => {
    const made = await anOrganization(domain);
    const manual = await aUser(domain, made);
    const { directoryUserId } = await aDirectoryUser(domain, made, { user: manual, active: false });
    const group = await aGroup(domain, made);
    await aDirectoryGroup(domain, made, { group, memberIds: [directoryUserId] });
    await aGrant(domain, made, { groupId: group.id }, [permission]);
    const explained = await explain(made, manual.id);
    expect(explained).toMatchObject({ isAllowed: false, inactiveReason: null, paths: [{ isEffective: false }] });
    expect(await domain.access.check(made.operator, { userId: manual.id, permission })).toBe(false);
  });

  it('tells the space of a grant, and where else the permission holds', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const [berlin, paris] = [await aSpace(domain, made, 'Berlin'), await aSpace(domain, made, 'Paris')];
    const set = await aPermissionSet(domain, made, [permission]);
    await domain.grants.grant(made.operator, { permissionSetId: set.id, userId: user.id, spaceId: berlin.id });
    const there = { grant: { space: { id: berlin.id, name: 'Berlin' } } };
    expect(await explain(made, user.id, berlin.id)).toMatchObject({ isAllowed: true, paths: [there], otherSpaces: [] });
    expect(await explain(made, user.id, paris.id)).toMatchObject({ isAllowed: false, paths: [], otherSpaces: [there] });
    expect(await explain(made, user.id)).toMatchObject({ isAllowed: false, paths: [], otherSpaces: [there] });
  });

  it('names the default permission set', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const set = await aPermissionSet(domain, made, [permission], 'Everybody');
    await setDefault(domain, made, set.id);
    expect(await explain(made, user.id)).toMatchObject({
      isAllowed: true,
      paths: [{ ...noStep, source: 'default', grant: null, permissionSet: { name: 'Everybody' } }],
    });
  });

  it('has no path where there is none', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    expect(await explain(made, user.id)).toEqual({
      isAllowed: false,
      inactiveReason: null,
      paths: [],
      otherSpaces: [],
    });
    await expect(explain(made, unknownId)).rejects.toMatchObject({ code: 'notFound', details: { noun: 'user' } });
    await expect(explain(made, user.id, unknownId)).rejects.toMatchObject({
      code: 'notFound',
      details: { noun: 'space' },
    });
  });
});

const insertRequest = statement<never>(
  `insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, detail, created_at)
   values ($1, $2, $3, 'request-7', 'PATCH', '/Groups/1', 'membersChanged', '{}', $4)`,
);
const setRequest = statement<never>(
  `update directory_group_members set provisioning_event_id = $3 where organization_id = $1 and directory_user_id = $2`,
);
const decideGroupLink = statement<never>(
  'update group_links set decided_by = $2, decided_at = $3 where organization_id = $1',
);
const decideUserLink = statement<never>(
  'update user_links set decided_by = $2, decided_at = $3 where organization_id = $1',
);
