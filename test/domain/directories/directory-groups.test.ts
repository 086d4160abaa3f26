import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import { aCall, openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';

let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain();
});
afterAll(() => test.close());

async function people(at: TestDirectory, count: number): Promise<string[]> {
  const { directory, directoryId } = at;
  const names = Array.from({ length: count }, (_, n) => `person${n}-${uuid()}@acme.example`);
  const rows = await Promise.all(
    names.map((userName) =>
      test.domain.directoryUsers.create(directory, aCall, { directoryId, resource: { userName } }),
    ),
  );
  return rows.map((row) => row.id);
}

async function aGroup(at: TestDirectory, displayName: string, memberIds: string[] = []) {
  const { directory, directoryId } = at;
  const input = { directoryId, resource: { displayName, externalId: `ext-${displayName}` }, memberIds };
  return test.domain.directoryGroups.create(directory, aCall, input);
}

async function membersOf(at: TestDirectory, id: string): Promise<string[]> {
  const group = await test.domain.directoryGroups.find(at.directory, { directoryId: at.directoryId, id });
  if (!group) throw new Error('The group is gone.');
  const groups = { directoryId: at.directoryId, ids: [id] };
  const [members] = await test.domain.directoryGroupMembers.list(at.directory, groups);
  return (members ?? []).map((member) => member.value);
}

async function effectiveNames(at: TestDirectory, groupId: string): Promise<string[]> {
  const { items } = await test.domain.groups.listMembers(at.operator, groupId, { first: 500 });
  return items.map((member) => `${member.source}`).sort();
}

async function change(at: TestDirectory, id: string, input: object) {
  return test.domain.directoryGroups.change(at.directory, aCall, { directoryId: at.directoryId, id, ...input });
}

async function theLink(at: TestDirectory) {
  return (await test.domain.links.list(at.operator, { kind: 'group' }, {})).items[0];
}

async function grant(at: TestDirectory, groupId: string, permissions: string[], actor: Actor = at.operator) {
  const set = await test.domain.permissionSets.create(actor, { name: `Set ${uuid()}`, permissions });
  await test.domain.grants.grant(actor, { permissionSetId: set.id, groupId });
}

describe('linking a pushed group', () => {
  it('S6: makes a group of the same name, with no permissions, when the name is free', async () => {
    const at = await test.aDirectory();
    const [ada] = await people(at, 1);
    await aGroup(at, 'Field Sales', [ada ?? '']);
    const groups = (await test.domain.groups.list(at.operator, {})).items;
    expect(groups).toEqual([expect.objectContaining({ name: 'Field Sales', createdByDirectoryId: at.directoryId })]);
    expect(await effectiveNames(at, groups[0]?.id ?? '')).toEqual(['directory']);
    expect(await theLink(at)).toMatchObject({ state: 'active', reason: null });
  });

  it('S12: joins the existing group of that name: people are merged and get its permissions', async () => {
    const at = await test.aDirectory();
    const group = await test.domain.groups.create(at.operator, { name: 'Marketing' });
    const manual = await test.domain.users.create(at.operator, { userName: 'manual@acme.example' });
    await test.domain.groups.addMembers(at.operator, group.id, [manual.id]);
    await grant(at, group.id, ['screens:publish']);
    const ids = await people(at, 3);
    await aGroup(at, ' MARKETING ', ids);
    expect(await effectiveNames(at, group.id)).toEqual(['directory', 'directory', 'directory', 'manual']);
    for (const user of (await test.domain.users.list(at.operator, {})).items) {
      const question = { userId: user.id, permission: 'screens:publish' };
      expect(await test.domain.access.check(at.operator, question)).toBe(true);
    }
  });

  it('security 4: a group with a sensitive permission waits, SCIM goes on, nobody gains anything', async () => {
    const at = await test.aDirectory();
    const group = await test.domain.groups.create(at.operator, { name: 'Finance' });
    await grant(at, group.id, ['billing:manage']);
    const [eve, mallory] = await people(at, 2);
    const pushed = await aGroup(at, 'finance', [eve ?? '']);
    await change(at, pushed.id, { members: [{ kind: 'add', userIds: [mallory] }] });
    expect(await membersOf(at, pushed.id)).toHaveLength(2);
    expect(await theLink(at)).toMatchObject({ state: 'pending', reason: 'group_is_protected' });
    expect(await effectiveNames(at, group.id)).toEqual([]);
  });

  it('security 34: a second group of a linked name waits, from another directory too', async () => {
    const at = await test.aDirectory();
    await aGroup(at, 'Sales');
    const { id: otherId } = await test.domain.directories.create(at.operator, { name: 'Okta' });
    const other = { ...at, directoryId: otherId, directory: { ...at.directory, directoryId: otherId } as Actor };
    await aGroup(other, 'sales');
    const { items } = await test.domain.links.list(at.operator, { states: ['pending'] }, {});
    expect(items).toEqual([expect.objectContaining({ reason: 'group_is_linked' })]);
  });

  it.each([
    ['ask', 'pending', 'organization_asks'],
    ['never', 'conflict', 'name_is_taken'],
  ] as const)('the policy %s makes the link %s', async (groupMatching, state, reason) => {
    const at = await test.aDirectory({ groupMatching });
    await test.domain.groups.create(at.operator, { name: 'Marketing' });
    await aGroup(at, 'Marketing');
    expect(await theLink(at)).toMatchObject({ state, reason });
  });

  it('of two pushes for one group at once only one is active', async () => {
    const at = await test.aDirectory();
    const { id: otherId } = await test.domain.directories.create(at.operator, { name: 'Okta' });
    const other = { ...at, directoryId: otherId, directory: { ...at.directory, directoryId: otherId } as Actor };
    await test.domain.groups.create(at.operator, { name: 'Support' });
    await Promise.all([aGroup(at, 'Support'), aGroup(other, 'support')]);
    const states = (await test.domain.links.list(at.operator, {}, {})).items.map((link) => link.state).sort();
    expect(states).toEqual(['active', 'pending']);
  });
});

describe('deciding on a waiting link', () => {
  async function aWaitingLink() {
    const at = await test.aDirectory();
    const group = await test.domain.groups.create(at.operator, { name: 'Finance' });
    await grant(at, group.id, ['billing:manage']);
    const ids = await people(at, 2);
    const pushed = await aGroup(at, 'Finance', ids);
    const link = await theLink(at);
    return { ...at, group, pushed, ids, linkId: link?.id ?? '' };
  }

  it('S11, S12: the preview says who would gain what, and approving it lets them in', async () => {
    const at = await aWaitingLink();
    const preview = await test.domain.links.preview(at.operator, at.linkId);
    expect(preview).toMatchObject({ peopleCount: 2, permissions: ['billing:manage'] });
    const approved = await test.domain.linkDecisions.approve(at.operator, { id: at.linkId, digest: preview.digest });
    expect(approved).toMatchObject({ state: 'active', decidedBy: { kind: 'operator' } });
    expect(await effectiveNames(at, at.group.id)).toEqual(['directory', 'directory']);
  });

  it('refuses an approval when somebody came in since the preview', async () => {
    const at = await aWaitingLink();
    const preview = await test.domain.links.preview(at.operator, at.linkId);
    const [late] = await people(at, 1);
    await change(at, at.pushed.id, { members: [{ kind: 'add', userIds: [late] }] });
    const approval = test.domain.linkDecisions.approve(at.operator, { id: at.linkId, digest: preview.digest });
    await expect(approval).rejects.toMatchObject({ code: 'previewOutdated' });
  });

  it('refuses an approver who does not hold all that the group grants', async () => {
    const at = await aWaitingLink();
    const actor: Actor = {
      kind: 'apiKey',
      organizationId: at.organizationId,
      id: uuid(),
      name: 'small',
      permissions: new Set(['rollcall:links']),
    };
    const preview = await test.domain.links.preview(actor, at.linkId);
    const approval = test.domain.linkDecisions.approve(actor, { id: at.linkId, digest: preview.digest });
    await expect(approval).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
  });

  it('keeps everybody out after a rejection, whatever SCIM sends', async () => {
    const at = await aWaitingLink();
    await test.domain.linkDecisions.reject(at.operator, at.linkId);
    const [late] = await people(at, 1);
    await change(at, at.pushed.id, { members: [{ kind: 'add', userIds: [late] }] });
    expect(await effectiveNames(at, at.group.id)).toEqual([]);
    const again = test.domain.linkDecisions.reject(at.operator, at.linkId);
    await expect(again).rejects.toMatchObject({ code: 'linkNotPending' });
  });
});

describe('changing the members of a directory group', () => {
  it('security 28: removes exactly the listed members', async () => {
    const at = await test.aDirectory();
    const [first = '', second = '', third = ''] = await people(at, 3);
    const group = await aGroup(at, 'Crew', [first, second, third]);
    await change(at, group.id, { members: [{ kind: 'remove', userIds: [first] }] });
    expect(await membersOf(at, group.id)).toEqual([second, third].sort());
  });

  it('security 29: 32 requests at once that add different members lose none', async () => {
    const at = await test.aDirectory();
    const ids = await people(at, 32);
    const group = await aGroup(at, 'Crowd');
    await Promise.all(ids.map((id) => change(at, group.id, { members: [{ kind: 'add', userIds: [id] }] })));
    expect(await membersOf(at, group.id)).toEqual([...ids].sort());
  });

  it('raises the version only when something changed', async () => {
    const at = await test.aDirectory();
    const [first = ''] = await people(at, 1);
    const group = await aGroup(at, 'Quiet', [first]);
    const version = async () =>
      (await test.domain.directoryGroups.find(at.directory, { directoryId: at.directoryId, id: group.id }))?.version;
    await change(at, group.id, { members: [{ kind: 'add', userIds: [first] }] });
    await change(at, group.id, { members: [{ kind: 'remove', userIds: [uuid()] }] });
    await change(at, group.id, { members: [{ kind: 'replace', userIds: [first] }] });
    expect(await version()).toBe(1);
    await change(at, group.id, { members: [{ kind: 'remove', userIds: [first] }] });
    expect(await version()).toBe(2);
  });

  it('applies a list of changes in its order', async () => {
    const at = await test.aDirectory();
    const [first = '', second = ''] = await people(at, 2);
    const group = await aGroup(at, 'Ordered', [first]);
    await change(at, group.id, {
      members: [
        { kind: 'replace', userIds: [second] },
        { kind: 'add', userIds: [first] },
        { kind: 'remove', userIds: [second] },
      ],
    });
    expect(await membersOf(at, group.id)).toEqual([first]);
  });

  it('a thousand operations in turn are one net change', async () => {
    const at = await test.aDirectory();
    const [first = '', second = ''] = await people(at, 2);
    const group = await aGroup(at, 'Restless', [first]);
    const kinds = ['add', 'remove'] as const;
    const members = Array.from({ length: 1_000 }, (_, n) => ({
      kind: kinds[n % 2] ?? 'add',
      userIds: [first, second],
    }));
    await change(at, group.id, { members });
    expect(await membersOf(at, group.id)).toEqual([]);
    await change(at, group.id, { members: [...members, { kind: 'add', userIds: [second] }] });
    expect(await membersOf(at, group.id)).toEqual([second]);
  });

  it('skips unknown members and names them in the provisioning event', async () => {
    const at = await test.aDirectory();
    const [first = ''] = await people(at, 1);
    const stranger = uuid();
    const group = await aGroup(at, 'Mixed');
    await change(at, group.id, { members: [{ kind: 'add', userIds: [first, stranger] }] });
    expect(await membersOf(at, group.id)).toEqual([first]);
    const [event] = (await test.domain.provisioningEvents.list(at.operator, at.directoryId, {})).items;
    expect(event).toMatchObject({
      outcome: 'groupMembersChanged',
      detail: { addedCount: 1, unknownMembers: [stranger] },
    });
  });

  it.each(['add', 'replace'] as const)(
    'a strict directory refuses to %s an unknown member and changes nothing',
    async (kind) => {
      const at = await test.aDirectory({ isStrict: true });
      const [first = ''] = await people(at, 1);
      const group = await aGroup(at, 'Strict');
      const attempt = change(at, group.id, { members: [{ kind, userIds: [first, uuid()] }] });
      await expect(attempt).rejects.toMatchObject({ code: 'unknownMember' });
      expect(await membersOf(at, group.id)).toEqual([]);
    },
  );

  it("security 10: another organization's people are unknown, and its groups are not found", async () => {
    const at = await test.aDirectory();
    const other = await test.aDirectory();
    const [stranger = ''] = await people(other, 1);
    const group = await aGroup(at, 'Ours');
    await change(at, group.id, { members: [{ kind: 'add', userIds: [stranger] }] });
    expect(await membersOf(at, group.id)).toEqual([]);
    const theft = test.domain.directoryGroups.change(other.directory, aCall, {
      directoryId: other.directoryId,
      id: group.id,
      members: [{ kind: 'add', userIds: [stranger] }],
    });
    await expect(theft).rejects.toMatchObject({ code: 'notFound' });
  });
});

describe('renaming and deleting a directory group', () => {
  it('the group that the directory made follows a rename; one that was there before does not', async () => {
    const at = await test.aDirectory();
    await test.domain.groups.create(at.operator, { name: 'Old' });
    const joined = await aGroup(at, 'Old');
    const made = await aGroup(at, 'New');
    await change(at, joined.id, { displayName: 'Old renamed' });
    await change(at, made.id, { displayName: 'New renamed' });
    const names = (await test.domain.groups.list(at.operator, {})).items.map((group) => group.name).sort();
    expect(names).toEqual(['New renamed', 'Old']);
  });

  it('a rename never captures another group', async () => {
    const at = await test.aDirectory();
    const target = await test.domain.groups.create(at.operator, { name: 'Admins' });
    const [eve = ''] = await people(at, 1);
    const pushed = await aGroup(at, 'Harmless', [eve]);
    await change(at, pushed.id, { displayName: 'Admins' });
    expect(await effectiveNames(at, target.id)).toEqual([]);
  });

  it('a name that a group took by a rename needs all that the group grants', async () => {
    const at = await test.aDirectory();
    const group = await test.domain.groups.create(at.operator, { name: 'Publishers' });
    await grant(at, group.id, ['screens:publish']);
    const actor: Actor = {
      kind: 'apiKey',
      organizationId: at.organizationId,
      id: uuid(),
      name: 'small',
      permissions: new Set(['rollcall:groups']),
    };
    const rename = test.domain.groups.update(actor, group.id, { name: 'All Staff' });
    await expect(rename).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
  });

  it('a declined link stays declined when its group is deleted and the directory group renamed', async () => {
    const at = await test.aDirectory({ groupMatching: 'ask' });
    const group = await test.domain.groups.create(at.operator, { name: 'Marketing' });
    const pushed = await aGroup(at, 'Marketing');
    await test.domain.linkDecisions.reject(at.operator, (await theLink(at))?.id ?? '');
    await test.domain.groups.delete(at.operator, group.id);
    await change(at, pushed.id, { displayName: 'Marketing Entra' });
    expect(await theLink(at)).toMatchObject({ state: 'rejected', targetName: null });
  });

  it('a waiting link whose group takes a free name gets a group of its own', async () => {
    const at = await test.aDirectory({ groupMatching: 'ask' });
    await test.domain.groups.create(at.operator, { name: 'Marketing' });
    const pushed = await aGroup(at, 'Marketing');
    await change(at, pushed.id, { displayName: 'Marketing Entra' });
    expect(await theLink(at)).toMatchObject({ state: 'active', targetName: 'Marketing Entra' });
  });

  it('a deleted group takes the product group along only when nothing of the product hangs on it', async () => {
    const at = await test.aDirectory();
    const kept = await aGroup(at, 'Kept');
    const gone = await aGroup(at, 'Gone');
    const group = (await test.domain.groups.list(at.operator, {})).items.find(({ name }) => name === 'Kept');
    await grant(at, group?.id ?? '', ['screens:view']);
    for (const { id } of [kept, gone]) {
      await test.domain.directoryGroups.delete(at.directory, aCall, { directoryId: at.directoryId, id });
    }
    const left = (await test.domain.groups.list(at.operator, {})).items;
    expect(left).toEqual([expect.objectContaining({ name: 'Kept', isLinked: false })]);
  });

  it('refuses a taken name, in any case, and lets equal names stand where groups are matched by externalId', async () => {
    const at = await test.aDirectory();
    await aGroup(at, 'Twins');
    await expect(aGroup(at, 'TWINS')).rejects.toMatchObject({ code: 'groupNameTaken' });
    await test.domain.directories.update(at.operator, { id: at.directoryId, matchesGroupsBy: 'externalId' });
    await expect(aGroup(at, 'TWINS')).resolves.toMatchObject({ version: 1 });
  });

  it('refuses a version that has passed', async () => {
    const at = await test.aDirectory();
    const group = await aGroup(at, 'Versioned');
    await change(at, group.id, { displayName: 'Versioned twice', ifVersions: [1] });
    const late = change(at, group.id, { displayName: 'Late', ifVersions: [1] });
    await expect(late).rejects.toMatchObject({ code: 'versionConflict' });
  });
});
