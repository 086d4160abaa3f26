import { describe, expect, it } from 'vitest';
import { explain, groupsOf, isActive, permissionsOf } from './access.ts';
import { play } from './model.ts';
import type { Act } from './steps.ts';
import { DAY, emptyWorld, linkOf, type World } from './world.ts';

/** A history of one organization with the directories D1 and D2; answers each step's answer. */
function aHistory(...acts: Act[]): { world: World; answers: string[] } {
  const world = emptyWorld(0);
  for (const name of ['D1', 'D2']) world.directories.set(name, { status: 'active', precedence: 1 });
  const answers = acts.map((act, number) => play(world, { id: number + 1, organization: 0, ...act }));
  return { world, answers };
}

const ada = { userName: 'ada@acme.example', externalId: 'ada-1' };
const post = (facts: object = {}, directory = 'D1'): Act => ({
  kind: 'postUser',
  directory,
  facts: { ...ada, ...facts },
});
const patch = (record: string, facts: object): Act => ({ kind: 'patchUser', record, facts, dialect: 'default' });
const postGroup = (displayName: string, records: string[] = [], directory = 'D1'): Act => ({
  kind: 'postGroup',
  directory,
  displayName,
  externalId: 'group-1',
  records,
});
const grant = (permissionSet: string, group: string): Act => ({
  kind: 'grant',
  permissionSet,
  group,
  user: null,
  space: null,
  isConfirmed: true,
});

describe('people in the model', () => {
  it('come, go and come back as the same user', () => {
    const { world, answers } = aHistory(post(), patch('p1', { active: false }), post({ displayName: 'Ada' }));
    expect(answers).toEqual(['201', '200', '201']);
    expect([...world.users]).toEqual([['u:p1', expect.objectContaining({ displayName: 'Ada' })]]);
    expect(isActive(world, 'u:p1')).toBe(true);
  });

  it('are somebody else under another externalId: nothing is inherited', () => {
    const { world } = aHistory(
      post(),
      postGroup('Sales', ['p1']),
      patch('p1', { active: false }),
      post({ externalId: 'x' }),
    );
    expect(world.users.get('u:p1')).toMatchObject({ nameKey: null });
    expect(linkOf(world, 'p1')).toMatchObject({ user: "u:p1'", state: 'active' });
    expect(groupsOf(world, "u:p1'").size).toBe(0);
  });

  it('wait for somebody of their name, and adopt them when approved', () => {
    const { world } = aHistory(
      { kind: 'createUser', userName: 'Ada@acme.example', displayName: null, email: null },
      post(),
    );
    expect(linkOf(world, 'p2')).toMatchObject({ user: 'u1', state: 'pending', reason: 'user_exists' });
    play(world, { id: 3, organization: 0, kind: 'approveLink', record: 'p2' });
    play(world, { id: 4, organization: 0, ...patch('p2', { active: false }) });
    expect(isActive(world, 'u1')).toBe(false);
  });

  it('who were away for too long wait before anything sensitive', () => {
    const { world } = aHistory(
      post(),
      postGroup('Board', ['p1']),
      grant('admin', 'G:g2'),
      patch('p1', { active: false }),
      { kind: 'passTime', milliseconds: 31 * DAY },
      patch('p1', { active: true }),
    );
    expect(linkOf(world, 'p1')).toMatchObject({ state: 'pending', reason: 'long_absence' });
    expect(permissionsOf(world, 'u:p1').size).toBe(0);
  });

  it('are held while their directory is paused, and released by its activation', () => {
    const { world } = aHistory(
      post(),
      patch('p1', { active: false }),
      { kind: 'pauseDirectory', directory: 'D1' },
      patch('p1', { active: true }),
    );
    expect(isActive(world, 'u:p1')).toBe(false);
    play(world, { id: 5, organization: 0, kind: 'activateDirectory', directory: 'D1' });
    expect(isActive(world, 'u:p1')).toBe(true);
  });
});

describe('domains in the model', () => {
  const days = (count: number): Act => ({ kind: 'passTime', milliseconds: count * DAY });
  const proved: Act[] = [
    { kind: 'addDomain', domain: 'acme.example' },
    { kind: 'setProof', emailDomain: 'M1', isThere: true },
    { kind: 'verifyDomain', emailDomain: 'M1' },
  ];
  const manual: Act = { kind: 'createUser', userName: 'Ada@acme.example', displayName: null, email: null };

  it('let a match take effect at once while they are proved, and not for whom an admin has to look at', () => {
    const { world } = aHistory(...proved, manual, post());
    expect(linkOf(world, 'p5')).toMatchObject({ user: 'u4', state: 'active' });
    expect(world.users.get('u4')).toMatchObject({ isManual: false });
    const owner: Act = {
      kind: 'grant',
      permissionSet: 'owner',
      group: null,
      user: 'u4',
      space: null,
      isConfirmed: true,
    };
    const guarded = aHistory(...proved, manual, owner, post());
    expect(linkOf(guarded.world, 'p6')).toMatchObject({ state: 'pending', reason: 'user_exists' });
  });

  it('are lost after three answers without the proof and three days, and not before', () => {
    const { world } = aHistory(...proved, { kind: 'setProof', emailDomain: 'M1', isThere: false });
    const statusAfter = (count: number) => {
      for (const act of [days(count), { kind: 'maintain' } as const]) play(world, { id: 0, organization: 0, ...act });
      return world.emailDomains.get('M1')?.status;
    };
    expect([statusAfter(1), statusAfter(1), statusAfter(1), statusAfter(1)]).toEqual([
      'verified',
      'verified',
      'verified',
      'lost',
    ]);
  });

  it('are one organization’s at a time, also where the proof of another one stands in DNS', () => {
    const { world, answers } = aHistory(...proved);
    world.takenElsewhere.add('acme.example');
    const again = play(world, { id: 4, organization: 0, kind: 'verifyDomain', emailDomain: 'M1' });
    expect([...answers, again]).toEqual(['ok', 'ok', 'ok', 'EMAIL_DOMAIN_TAKEN']);
  });
});

describe('groups in the model', () => {
  it('join a group of their name, and absorb who was in it by hand', () => {
    const { world } = aHistory(
      post(),
      { kind: 'createGroup', name: 'Sales' },
      {
        kind: 'addMembers',
        group: 'G2',
        users: ['u:p1'],
      },
      postGroup(' sales', ['p1']),
    );
    expect(world.groupLinks.get('g4')).toMatchObject({ group: 'G2', state: 'active' });
    expect([...groupsOf(world, 'u:p1')]).toEqual([['G2', 'directory']]);
  });

  it('wait for a protected one, and for one that is linked', () => {
    const { world } = aHistory(
      { kind: 'createGroup', name: 'Board' },
      grant('owner', 'G1'),
      postGroup('Board'),
      postGroup('Sales'),
      postGroup('Sales', [], 'D2'),
    );
    expect(world.groupLinks.get('g3')).toMatchObject({ state: 'pending', reason: 'group_is_protected' });
    expect(world.groupLinks.get('g5')).toMatchObject({ state: 'pending', reason: 'group_is_linked' });
  });

  it('that are pushed again find their group as it was, or wait with what was decided', () => {
    const first = aHistory(
      postGroup('Sales'),
      grant('reader', 'G:g1'),
      { kind: 'deleteGroup', group: 'g1' },
      postGroup('Else'),
    );
    expect(first.world.groupLinks.get('g4')).toMatchObject({ group: 'G:g1', state: 'active' });
    const other = aHistory(
      postGroup('Sales'),
      { kind: 'unlink', record: 'g1', people: 'KEEP' },
      {
        kind: 'deleteGroup',
        group: 'g1',
      },
      { kind: 'createGroup', name: 'Else' },
      postGroup('Sales'),
    );
    expect(other.world.groupLinks.get('g5')).toMatchObject({
      state: 'pending',
      reason: 'earlier_decision',
      earlier: 'rejected',
      group: null,
    });
  });

  it('in conflict get the name when it is free', () => {
    const { world } = aHistory(
      { kind: 'setPolicy', policy: 'never' },
      { kind: 'createGroup', name: 'Sales' },
      postGroup('Sales'),
      { kind: 'renameGroup', group: 'G2', name: 'Ops' },
    );
    expect(world.groupLinks.get('g3')).toMatchObject({ group: 'G:g3', state: 'active' });
  });
});

describe('permissions in the model', () => {
  it('are explained by every way on which they come', () => {
    const { world } = aHistory(post(), postGroup('Sales', ['p1']), grant('reader', 'G:g2'));
    expect(explain(world, 'u:p1', 'screens:view', null)).toEqual(['directory reader r3 G:g2 g2 p1']);
  });

  it('of the last owner are not taken by the product; the identity provider raises the alarm', () => {
    const { world, answers } = aHistory(
      post(),
      postGroup('Board', ['p1']),
      grant('owner', 'G:g2'),
      { kind: 'blockUser', user: 'u:p1' },
      patch('p1', { active: false }),
    );
    expect(answers.slice(3)).toEqual(['LAST_OWNER', '200']);
    expect(world.alarms).toBe(1);
  });
});
