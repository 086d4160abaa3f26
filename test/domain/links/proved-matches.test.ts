// What a proved domain changes for people whom a directory brings and who are there already (design, section 2).
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import { allScopes } from '../../../src/domain/actors/scope.ts';
import { isProvedEmail } from '../../../src/domain/email-domains/email-domains.store.ts';
import type { CreateUser } from '../../../src/domain/users/user-profile.ts';
import { aCall, openTestDomain, type TestDomain } from '../../harness/directory-domain.ts';
import { FakeDns } from '../../harness/fake-dns.ts';
import { LinkWorld } from './link-world.ts';

const dns = new FakeDns();
let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain(undefined, { resolveTxt: dns.resolveTxt });
});
afterAll(() => test.close());

/** An organization that has proved these domains; each test has domains of its own, because one organization has each. */
async function aWorld(...domains: string[]): Promise<LinkWorld> {
  const world = new LinkWorld(test, await test.aDirectory());
  for (const domain of domains) await prove(world, domain);
  return world;
}

async function prove({ at: { operator } }: LinkWorld, domain: string): Promise<string> {
  const { id, recordName, recordValue } = await test.domain.emailDomains.add(operator, domain);
  dns.set(recordName, recordValue);
  await test.domain.emailDomains.verify(operator, id);
  return id;
}

let made = 0;
function aDomain(): string {
  made += 1;
  return `acme-${made}.example`;
}

function person(userName: string, email?: string, more: object = {}): object {
  return { userName, ...(email && { emails: [{ value: email, type: 'work' }] }), ...more };
}

const aUser = (world: LinkWorld, input: CreateUser) => test.domain.users.create(world.at.operator, input);

/** What became of a record that is pushed now. */
async function pushed(world: LinkWorld, resource: object, from?: Actor) {
  const id = await world.push(resource, from);
  const link = await world.linkOf(id);
  return { id, state: link?.state, reason: link?.reason, userId: link?.targetId };
}

async function anotherDirectory(world: LinkWorld): Promise<Actor> {
  const { operator, organizationId } = world.at;
  const { id } = await test.domain.directories.create(operator, { name: 'Okta', precedence: 2, status: 'active' });
  return { kind: 'directory', organizationId, directoryId: id, tokenId: uuid(), scopes: allScopes };
}

async function replace(world: LinkWorld, id: string, resource: object): Promise<void> {
  const { directory, directoryId } = world.at;
  await test.domain.directoryUsers.replace(directory, aCall, { directoryId, id, resource });
}

describe('a person whose e-mail is that of a user made by hand', () => {
  it('waits while the domain is not proved, or proved by another organization alone (security 19)', async () => {
    const domain = aDomain();
    await aWorld(domain);
    const world = await aWorld();
    await test.domain.emailDomains.add(world.at.operator, domain);
    // So that the organization has proved anything at all.
    await prove(world, aDomain());
    const user = await aUser(world, { userName: 'ada', email: `ada@${domain}` });
    const waiting = { state: 'pending', reason: 'user_exists', userId: user.id };
    expect(await pushed(world, person('ada.l', `ada@${domain}`))).toMatchObject(waiting);
  });

  it('is linked at once on a proved domain, as by an approval: the user is the directory’s, memberships are absorbed', async () => {
    const domain = aDomain();
    const world = await aWorld(domain);
    const email = `Ada@${domain}`;
    const user = await aUser(world, { userName: 'ada', email, displayName: 'Ada' });
    const group = await world.group('Marketing', [user.id]);
    const { id, state, reason, userId } = await pushed(world, person(`ada.l@${domain}`, email.toLowerCase()));
    expect({ state, reason, userId }).toEqual({ state: 'active', reason: null, userId: user.id });
    const link = await world.linkOf(id);
    expect(link).toMatchObject({ decidedAt: null });
    const facts = { to: 'active', userId: user.id, directoryUserId: id, isEmailProved: true };
    expect(await world.events('linkStateChanged')).toEqual([facts]);
    expect(await world.events('userCreated')).toHaveLength(1);
    // Security 13: nothing of the profile is rewritten by the adoption itself.
    expect(await test.domain.users.get(world.at.operator, user.id)).toMatchObject({
      userName: 'ada',
      displayName: 'Ada',
      email,
      isManual: false,
      active: true,
    });
    await world.pushGroup('Marketing', [id]);
    expect(await world.members(group)).toEqual({ ada: 'directory' });
    await replace(world, id, person(`ada.l@${domain}`, `ada@${domain}`, { active: false }));
    expect(await test.domain.users.get(world.at.operator, user.id)).toMatchObject({ active: false });
  });

  it('who comes as inactive takes the user out', async () => {
    const domain = aDomain();
    const world = await aWorld(domain);
    const user = await aUser(world, { userName: `ada@${domain}` });
    const { state } = await pushed(world, person(`ada@${domain}`, undefined, { active: false }));
    expect(state).toBe('active');
    expect(await test.domain.users.get(world.at.operator, user.id)).toMatchObject({ active: false });
    expect(await world.events('userDeactivated')).toEqual([{ active: false }]);
  });

  it('is told so in the provisioning event', async () => {
    const domain = aDomain();
    const world = await aWorld(domain);
    await aUser(world, { userName: `ada@${domain}` });
    await world.push(person(`ada@${domain}`));
    const { items } = await test.domain.provisioningEvents.list(world.at.operator, world.at.directoryId, {});
    expect(items.map((event) => event.detail)).toEqual([{ userName: `ada@${domain}`, link: 'active' }]);
  });

  it('is one of two who come at once; the other is somebody else', async () => {
    const domain = aDomain();
    const world = await aWorld(domain);
    const user = await aUser(world, { userName: 'ada', email: `ada@${domain}` });
    const both = await Promise.all(['one', 'two'].map((name) => world.push(person(name, `ada@${domain}`))));
    const links = await Promise.all(both.map((id) => world.linkOf(id)));
    const states = links.map((link) => link?.targetId === user.id && link.state);
    expect(states.filter((state) => state === 'active')).toHaveLength(1);
  });

  it('waits again once the domain is removed; who was linked stays linked', async () => {
    const domain = aDomain();
    const world = await aWorld();
    const domainId = await prove(world, domain);
    await aUser(world, { userName: `ada@${domain}` });
    await aUser(world, { userName: `eve@${domain}` });
    const ada = await world.push(person(`ada@${domain}`));
    await test.domain.emailDomains.remove(world.at.operator, domainId);
    expect(await pushed(world, person(`eve@${domain}`))).toMatchObject({ state: 'pending' });
    expect(await world.linkOf(ada)).toMatchObject({ state: 'active' });
  });
});

describe('which address counts', () => {
  const proved = aDomain();
  const foreign = aDomain();
  const cases: [string, CreateUser, object, 'active' | 'pending'][] = [
    ['the userName, as an address', { userName: `a@${proved}` }, person(`A@${proved}`), 'active'],
    ['the userName on a foreign domain', { userName: `b@${foreign}` }, person(`b@${foreign}`), 'pending'],
    ['a userName that is no address', { userName: 'c' }, person('c', `c@${proved}`), 'pending'],
    [
      'a userName that is none, with one work e-mail',
      { userName: 'd', email: `d@${proved}` },
      person('d', `d@${proved}`),
      'active',
    ],
    [
      'a work e-mail on a foreign domain beside a proved userName',
      { userName: `e@${proved}` },
      person(`e@${proved}`, `e@${foreign}`),
      'pending',
    ],
    [
      'a proved work e-mail that the user does not have',
      { userName: 'f', email: `f@${foreign}` },
      person('f', `f@${proved}`),
      'pending',
    ],
    [
      'a proved work e-mail beside a shared userName on a foreign domain',
      { userName: `g@${foreign}`, email: `g@${proved}` },
      person(`g@${foreign}`, `g@${proved}`),
      'active',
    ],
    ['a subdomain', { userName: `h@eu.${proved}` }, person(`h@eu.${proved}`), 'pending'],
    [
      'a home e-mail',
      { userName: 'i', email: `i@${proved}` },
      { userName: 'i', emails: [{ value: `i@${proved}`, type: 'home' }] },
      'pending',
    ],
  ];
  let world: LinkWorld;
  beforeAll(async () => {
    world = await aWorld(proved, 'strasse.example');
  });

  it.each(cases)('%s', async (_, user, resource, state) => {
    await aUser(world, user);
    expect(await pushed(world, resource)).toMatchObject({ state });
  });

  it('never another mailbox of the domain that only looks like it when it is folded', async () => {
    await aUser(world, { userName: 'gross', email: `groß@${proved}` });
    expect(await pushed(world, person('gg', `gross@${proved}`))).toMatchObject({ state: 'pending' });
  });

  it('never one that only looks like it when it is folded', async () => {
    await aUser(world, { userName: 'k', email: 'k@straße.example' });
    expect(await pushed(world, person('kk', 'k@strasse.example'))).toMatchObject({ state: 'pending' });
  });

  it.each([
    [`Ada@${proved.toUpperCase()}`, true],
    [`@${proved}`, false],
    [proved, false],
    [`ada@x.${proved}`, false],
    [`ada@${proved}.evil.example`, false],
    [`ada@${proved}@evil.example`, false],
    [`ada@evil.example\n@${proved} `, false],
    ['ada@straße.example', false],
    [null, false],
  ])('in SQL %j is %s', async (address, isProved) => {
    const asked = statement<{ isProved: boolean }>(`select ${isProvedEmail('$2')} as "isProved"`);
    expect(await test.database.run(world.at.organizationId, asked, address)).toEqual([{ isProved }]);
  });
});

describe('a match waits on a proved domain too, where the user', () => {
  const domain = aDomain();
  const email = (name: string) => `${name}@${domain}`;
  let world: LinkWorld;
  beforeAll(async () => {
    world = await aWorld(domain);
  });
  const push = (name: string) => pushed(world, person(email(name), undefined, { externalId: `ext-${name}` }));

  it.each([
    ['is an owner', 'owner', async (userId: string) => grantBuiltIn(userId, 'owner')],
    ['is an admin', 'admin', async (userId: string) => grantBuiltIn(userId, 'admin')],
    ['holds something sensitive', 'sensitive', async (userId: string) => world.grant({ userId }, 'billing:manage')],
    [
      'holds it in a group',
      'grouped',
      async (userId: string) => world.grant({ groupId: await world.group('Finance', [userId]) }, 'billing:manage'),
    ],
    [
      'holds it on one space',
      'spaced',
      async (userId: string) => {
        const { operator } = world.at;
        const space = await test.domain.spaces.create(operator, { name: 'Lobby' });
        const set = await test.domain.permissionSets.create(operator, { name: 'Pay', permissions: ['billing:manage'] });
        await test.domain.grants.grant(operator, { permissionSetId: set.id, userId, spaceId: space.id });
      },
    ],
    ['is blocked', 'blocked', async (userId: string) => test.domain.users.block(world.at.operator, userId)],
  ])('%s', async (_, name, prepare) => {
    const user = await aUser(world, { userName: email(name) });
    await prepare(user.id);
    expect(await push(name)).toMatchObject({ state: 'pending', userId: user.id });
  });

  async function grantBuiltIn(userId: string, builtIn: 'owner' | 'admin') {
    const { operator } = world.at;
    const { items } = await test.domain.permissionSets.list(operator, {});
    const permissionSetId = items.find((set) => set.builtIn === builtIn)?.id ?? '';
    await test.domain.grants.grant(operator, { permissionSetId, userId });
  }

  it('holds nothing but what is not sensitive: then it does not', async () => {
    const user = await aUser(world, { userName: email('plain') });
    await world.grant({ userId: user.id }, 'screens:publish');
    expect(await push('plain')).toMatchObject({ state: 'active', userId: user.id });
  });

  it('came by a directory that has deleted them: the address may be somebody else’s by now (security 33)', async () => {
    const first = await push('gone');
    const { directory, directoryId } = world.at;
    await test.domain.directoryUsers.delete(directory, aCall, { directoryId, id: first.id });
    expect(await push('gone')).toMatchObject({ state: 'pending', userId: first.userId });
  });

  it('is another directory’s already, or may be', async () => {
    const other = await anotherDirectory(world);
    const first = await push('shared');
    const user = await aUser(world, { userName: email('waiting') });
    await test.domain.users.block(world.at.operator, user.id);
    await push('waiting');
    await test.domain.users.unblock(world.at.operator, user.id);
    expect(await pushed(world, person(email('shared')), other)).toMatchObject({
      state: 'pending',
      userId: first.userId,
    });
    expect(await pushed(world, person(email('waiting')), other)).toMatchObject({ state: 'pending', userId: user.id });
  });

  it('was decided on before: an admin undid the link', async () => {
    const user = await aUser(world, { userName: email('undone') });
    const { id } = await push('undone');
    const link = await world.linkOf(id);
    await test.domain.linkDecisions.unlink(world.at.operator, { id: link?.id ?? '', people: 'keep' });
    const other = await anotherDirectory(world);
    expect(await pushed(world, person(email('undone')), other)).toMatchObject({ state: 'pending', userId: user.id });
  });

  it('was decided on before, for a directory that is retired by now', async () => {
    const { operator } = world.at;
    const user = await aUser(world, { userName: email('rejected') });
    await test.domain.users.block(operator, user.id);
    const old = await anotherDirectory(world);
    const directoryId = old.kind === 'directory' ? old.directoryId : '';
    const { id } = await pushed(world, person(email('rejected')), old);
    await test.domain.linkDecisions.reject(operator, (await world.linkOf(id))?.id ?? '');
    await test.domain.users.unblock(operator, user.id);
    await test.domain.directoryStatuses.retire(operator, { id: directoryId, people: 'letGo', confirmName: 'Okta' });
    expect(await push('rejected')).toMatchObject({ state: 'pending', userId: user.id });
  });

  it('signs in as somebody whose stable id is not the record’s', async () => {
    const names = ['same', 'other', 'nameless'];
    const [same, other, nameless] = await Promise.all(names.map((name) => aUser(world, { userName: email(name) })));
    await bind(same?.id ?? '', 'ext-same');
    await bind(other?.id ?? '', 'ext-of-somebody');
    // Somebody who came by an address alone, before there was a directory.
    await bind(nameless?.id ?? '', null);
    expect(await push('nameless')).toMatchObject({ state: 'pending', userId: nameless?.id });
    expect(await push('same')).toMatchObject({ state: 'active', userId: same?.id });
    expect(await push('other')).toMatchObject({ state: 'pending', userId: other?.id });
  });

  it('was the match of the person who had the record before', async () => {
    const user = await aUser(world, { userName: email('reused'), email: email('reused') });
    await test.domain.users.block(world.at.operator, user.id);
    const { id } = await push('reused');
    await test.domain.users.unblock(world.at.operator, user.id);
    const record = (active: boolean, externalId: string) => person(email('reused'), undefined, { active, externalId });
    await replace(world, id, record(false, 'ext-reused'));
    await replace(world, id, record(true, 'ext-of-the-next'));
    expect(await world.linkOf(id)).toMatchObject({ state: 'pending', targetId: user.id });
  });

  async function bind(userId: string, stableId: string | null): Promise<void> {
    const { organizationId } = world.at;
    const connectionId = uuid();
    await test.database.transaction(organizationId, async (transaction) => {
      await transaction.rows(
        statement<never>(
          `insert into connections (organization_id, id, name, protocol, status, issuer, stable_id_claim,
             allows_just_in_time, version, created_by, created_at, updated_at)
           values ($1, $2, 'Entra', 'oidc', 'enabled', 'https://issuer.example', 'oid', false, 1, '{}', now(), now())`,
        ),
        connectionId,
      );
      await transaction.rows(
        statement<never>(
          `insert into bindings (organization_id, id, connection_id, subject, stable_id, account_id, user_id, bound_by,
             created_at, last_used_at)
           values ($1, $2, $3, 'sub', $4, $5, $6, 'justInTime', now(), now())`,
        ),
        uuid(),
        connectionId,
        stableId,
        uuid(),
        userId,
      );
    });
  }
});

describe('an e-mail that is changed through SCIM', () => {
  it('takes over nobody, in the organization that proved the domain or in another (security 12)', async () => {
    const domain = aDomain();
    const [acme, globex] = [await aWorld(domain), await aWorld()];
    const victim = await aUser(acme, { userName: `ada@${domain}`, email: `ada@${domain}`, displayName: 'Ada' });
    const before = await test.domain.users.get(acme.at.operator, victim.id);
    for (const world of [acme, globex]) {
      const [mallory] = await world.people('mallory');
      await replace(world, mallory?.id ?? '', person('mallory', `ada@${domain}`));
      expect(await world.linkOf(mallory?.id ?? '')).toMatchObject({ state: 'active', targetId: mallory?.userId });
    }
    expect(await test.domain.users.get(acme.at.operator, victim.id)).toEqual(before);
    expect(await test.domain.emailDomains.findOrganization(`ada@${domain}`)).toBe(acme.at.organizationId);
  });
});

describe('activating a directory', () => {
  async function observed(...domains: string[]) {
    const world = await aWorld(...domains);
    const { operator } = world.at;
    const { id } = await test.domain.directories.create(operator, { name: 'New', status: 'observing', precedence: 2 });
    const { organizationId } = world.at;
    const actor: Actor = { kind: 'directory', organizationId, directoryId: id, tokenId: uuid(), scopes: allScopes };
    return { world, id, actor, operator };
  }

  it('links as if they came one by one, and its preview says so', async () => {
    const domain = aDomain();
    const { world, id, actor, operator } = await observed(domain);
    const email = (name: string) => `${name}@${domain}`;
    const ada = await aUser(world, { userName: 'ada', email: email('ada') });
    const bob = await aUser(world, { userName: email('bob') });
    const eve = await aUser(world, { userName: 'eve' });
    const gone = await pushed(world, person(email('gone')));
    const { directory, directoryId } = world.at;
    await test.domain.directoryUsers.delete(directory, aCall, { directoryId, id: gone.id });
    const records = [
      await world.push(person('ada.l', email('ada')), actor),
      await world.push(person('ada.second', email('ada')), actor),
      await world.push(person(email('bob')), actor),
      await world.push(person('eve', email('eve')), actor),
      await world.push(person(email('new')), actor),
      await world.push(person(email('gone')), actor),
    ];
    const preview = await test.domain.directoryStatuses.preview(operator, id);
    expect(preview).toMatchObject({ newPeopleCount: 2, adoptedPeopleCount: 2, matchingPeopleCount: 2 });
    const matching = await test.domain.directoryStatuses.listMatchingPeople(operator, preview, {});
    expect(matching.items).toEqual([
      { id: records[3], userName: 'eve', userId: eve.id },
      { id: records[5], userName: email('gone'), userId: gone.userId },
    ]);
    await test.domain.directoryStatuses.activate(operator, { id, digest: preview.digest });
    const links = await Promise.all(records.map((record) => world.linkOf(record)));
    expect(links.map((link) => link?.state)).toEqual(['active', 'active', 'active', 'pending', 'active', 'pending']);
    expect([links[0]?.targetId, links[2]?.targetId]).toEqual([ada.id, bob.id]);
    expect(links[1]?.targetId).not.toBe(ada.id);
  });

  it('is previewed anew when a domain was proved meanwhile', async () => {
    const domain = aDomain();
    const { world, id, actor, operator } = await observed();
    await aUser(world, { userName: `ada@${domain}` });
    await world.push(person(`ada@${domain}`), actor);
    const { digest, ...before } = await test.domain.directoryStatuses.preview(operator, id);
    expect(before).toMatchObject({ adoptedPeopleCount: 0, matchingPeopleCount: 1 });
    await prove(world, domain);
    const activating = test.domain.directoryStatuses.activate(operator, { id, digest });
    await expect(activating).rejects.toMatchObject({ code: 'previewOutdated' });
  });
});
