import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import { alarmingOwnersLost } from '../../../src/domain/permissions/owners.ts';
import {
  aDirectoryGroup,
  aDirectoryUser,
  aGroup,
  anActor,
  anOrganization,
  aSpace,
  aUser,
  builtInSet,
  type Domain,
  domainOf,
  eventsOf,
  type TestOrganization,
} from '../../harness/builders.ts';
import { openTestDatabase } from '../../harness/database.ts';

let domain: Domain;
let close: () => Promise<void>;

beforeAll(async () => {
  const opened = await openTestDatabase();
  domain = domainOf(opened.database);
  close = opened.close;
});
afterAll(() => close());

async function makeOwner(made: TestOrganization, to: { userId: string } | { groupId: string }, spaceId?: string) {
  const { id } = await builtInSet(domain, made, 'owner');
  const input = { permissionSetId: id, ...to, spaceId, confirmsDirectoryMembership: true };
  return domain.grants.grant(made.operator, input);
}

/** Every act of the product that can take an owner's access away, prepared on an owner made for it. */
const acts: Record<string, (made: TestOrganization) => Promise<{ act: (by: TestOrganization) => Promise<unknown> }>> = {
  'removing the user': async (made) => {
    const user = await aUser(domain, made);
    await makeOwner(made, { userId: user.id });
    return { act: ({ operator }) => domain.users.remove(operator, user.id) };
  },
  'blocking the user': async (made) => {
    const user = await aUser(domain, made);
    await makeOwner(made, { userId: user.id });
    return { act: ({ operator }) => domain.users.block(operator, user.id) };
  },
  'revoking the grant': async (made) => {
    const user = await aUser(domain, made);
    const grant = await makeOwner(made, { userId: user.id });
    return { act: ({ operator }) => domain.grants.revoke(operator, grant.id) };
  },
  "revoking the group's grant": async (made) => {
    const group = await aGroup(domain, made, { members: [await aUser(domain, made)] });
    const grant = await makeOwner(made, { groupId: group.id });
    return { act: ({ operator }) => domain.grants.revoke(operator, grant.id) };
  },
  'taking the member out of the group': async (made) => {
    const user = await aUser(domain, made);
    const group = await aGroup(domain, made, { members: [user] });
    await makeOwner(made, { groupId: group.id });
    return { act: ({ operator }) => domain.groups.removeMembers(operator, group.id, [user.id]) };
  },
  'deleting the group': async (made) => {
    const group = await aGroup(domain, made, { members: [await aUser(domain, made)] });
    await makeOwner(made, { groupId: group.id });
    return { act: ({ operator }) => domain.groups.delete(operator, group.id) };
  },
};

describe('security 18: the last active owner', () => {
  it.each(Object.entries(acts))('is not lost by %s', async (_, prepare) => {
    const made = await anOrganization(domain);
    const { act } = await prepare(made);
    const before = await eventsOf(domain, made);
    await expect(act(made)).rejects.toMatchObject({ code: 'lastOwner' });
    expect(await eventsOf(domain, made)).toEqual(before);
  });

  it.each(Object.entries(acts))('may go by %s once there is another', async (_, prepare) => {
    const made = await anOrganization(domain);
    const { act } = await prepare(made);
    await makeOwner(made, { userId: (await aUser(domain, made)).id });
    await act(made);
  });

  it('is not one who is blocked, whose directory record is off, or who is owner in a space only', async () => {
    const made = await anOrganization(domain);
    const last = await aUser(domain, made);
    await makeOwner(made, { userId: last.id });
    const blocked = await aUser(domain, made);
    await makeOwner(made, { userId: blocked.id });
    await domain.users.block(made.operator, blocked.id);
    const { user: off } = await aDirectoryUser(domain, made, { active: false });
    await makeOwner(made, { userId: off.id });
    const inSpace = await aUser(domain, made);
    await makeOwner(made, { userId: inSpace.id }, (await aSpace(domain, made)).id);
    await expect(domain.users.block(made.operator, last.id)).rejects.toMatchObject({ code: 'lastOwner' });
  });

  it('may be one through a directory group', async () => {
    const made = await anOrganization(domain);
    const last = await aUser(domain, made);
    await makeOwner(made, { userId: last.id });
    const { directoryUserId } = await aDirectoryUser(domain, made);
    const group = await aGroup(domain, made);
    await aDirectoryGroup(domain, made, { group, memberIds: [directoryUserId] });
    await makeOwner(made, { groupId: group.id });
    await domain.users.remove(made.operator, last.id);
  });

  it('stays when two owners are removed at the same moment', async () => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const made = await anOrganization(domain);
      const owners = [await aUser(domain, made), await aUser(domain, made)];
      for (const { id } of owners) await makeOwner(made, { userId: id });
      const results = await Promise.allSettled(owners.map(({ id }) => domain.users.remove(made.operator, id)));
      expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(results.find((result) => result.status === 'rejected')).toMatchObject({ reason: { code: 'lastOwner' } });
    }
  });

  it('is nobody where there never was an owner, so that nothing is refused', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    await domain.users.block(made.operator, user.id);
    await domain.users.remove(made.operator, user.id);
  });
});

describe('security 38: an owner', () => {
  it.each(Object.entries(acts))('is not touched by an admin: %s', async (_, prepare) => {
    const made = await anOrganization(domain);
    const { act } = await prepare(made);
    await makeOwner(made, { userId: (await aUser(domain, made)).id });
    const operator = anActor(made.organization.id, [...domain.catalogue.heldBy('admin')]);
    await expect(act({ ...made, operator })).rejects.toMatchObject({
      code: 'forbidden',
      details: { permission: 'rollcall:organization' },
    });
    await act({ ...made, operator: anActor(made.organization.id, [...domain.catalogue.heldBy('owner')]) });
  });

  it('is unblocked by owners only', async () => {
    const made = await anOrganization(domain);
    const [owner, other] = [await aUser(domain, made), await aUser(domain, made)];
    for (const { id } of [owner, other]) await makeOwner(made, { userId: id });
    await domain.users.block(made.operator, owner.id);
    const admin = anActor(made.organization.id, [...domain.catalogue.heldBy('admin')]);
    await expect(domain.users.unblock(admin, owner.id)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('leaves everybody else to the admins', async () => {
    const made = await anOrganization(domain);
    const owner = await aUser(domain, made);
    await makeOwner(made, { userId: owner.id });
    const admin = anActor(made.organization.id, [...domain.catalogue.heldBy('admin')]);
    const user = await aUser(domain, made);
    const group = await aGroup(domain, made, { members: [user, owner] });
    await domain.groups.removeMembers(admin, group.id, [user.id, owner.id]);
    await domain.groups.delete(admin, group.id);
    await domain.users.block(admin, user.id);
    await domain.users.remove(admin, user.id);
  });
});

describe('when the identity provider takes the last owner away', () => {
  const switchOff = statement<never>(
    'update directory_users set active = false where organization_id = $1 and id = $2',
  );

  /** Switches an owner's record off as the directory does; answers the alarms that were raised. */
  async function loseAnOwner(made: TestOrganization) {
    const { user, directoryUserId } = await aDirectoryUser(domain, made);
    await makeOwner(made, { userId: user.id });
    await domain.database.transaction(made.organization.id, (transaction) =>
      alarmingOwnersLost(transaction, made.operator, domain.clock(), () =>
        transaction.rows(switchOff, directoryUserId),
      ),
    );
    expect(await domain.users.get(made.operator, user.id)).toMatchObject({ active: false });
    return (await eventsOf(domain, made, made.organization.id)).filter((event) => event.type === 'ownersUnreachable');
  }

  it('nothing is refused, and an alarm is raised', async () => {
    expect(await loseAnOwner(await anOrganization(domain))).toHaveLength(1);
  });

  it('no alarm is raised while there is another owner', async () => {
    const made = await anOrganization(domain);
    await makeOwner(made, { userId: (await aUser(domain, made)).id });
    expect(await loseAnOwner(made)).toEqual([]);
  });
});
