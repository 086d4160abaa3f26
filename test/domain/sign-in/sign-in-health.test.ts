import { beforeAll, describe, expect, it } from 'vitest';
import { anActor } from '../../harness/builders.ts';
import { aPersonOf, openSignInWorld, type SignInPlace, type SignInWorld } from './sign-in-world.ts';

let world: SignInWorld;
beforeAll(async () => {
  world = await openSignInWorld();
  return () => world.close();
});

async function standingsOf(acme: SignInPlace): Promise<Record<string, string>> {
  const { items } = await acme.domain.signInHealth.listPeople(acme.operator, { first: 500 });
  return Object.fromEntries(items.map((person) => [person.userName, person.standing]));
}

describe('the health of sign-in', () => {
  it('says of every active user whether they could sign in, and why not', async () => {
    const acme = await world.anOrganization();
    await acme.proveDomain('mail.example');
    await acme.enter((await acme.aPerson('bound')).person);
    await acme.aPerson('by-id');
    await acme.aPerson('twice-1', { externalId: 'same' });
    await acme.aPerson('twice-2', { externalId: 'same' });
    const { userId: owner } = await acme.aPerson('owner');
    await acme.makeOwner(owner);
    const payers = await acme.group('Payers', [await acme.user('payer@mail.example')]);
    await acme.grant({ groupId: payers }, 'billing:manage');
    await acme.user('by-email@mail.example');
    await acme.user('nothing@acme.example');
    const { userId: blocked } = await acme.aPerson('blocked');
    await acme.domain.users.block(acme.operator, blocked);
    const { recordId } = await acme.aPerson('gone');
    await acme.replace(recordId, { userName: 'gone@acme.example', externalId: 'oid-gone', active: false });
    const left = await acme.aPerson('left');
    await acme.enter(left.person);
    await acme.replace(left.recordId, { userName: 'left@acme.example', externalId: 'oid-left', active: false });
    await acme.domain.users.keep(acme.operator, left.userId);
    expect(await standingsOf(acme)).toEqual({
      'bound@acme.example': 'bound',
      'by-id@acme.example': 'matchByStableId',
      'twice-1@acme.example': 'ambiguous',
      'twice-2@acme.example': 'ambiguous',
      'owner@acme.example': 'waitsForApproval',
      'payer@mail.example': 'waitsForApproval',
      'by-email@mail.example': 'matchByEmail',
      'nothing@acme.example': 'noMatch',
      'left@acme.example': 'recordInactive',
    });
    const health = await acme.domain.signInHealth.read(acme.operator);
    expect(health).toMatchObject({ usersCount: 9, canSignInCount: 3, cannotSignInCount: 6 });
    expect(health.standings).toContainEqual({ standing: 'ambiguous', count: 2 });
    expect(health.standings).toContainEqual({ standing: 'noConnection', count: 0 });
  });

  it('agrees with what a sign-in then does', async () => {
    const acme = await world.anOrganization();
    for (const name of ['ada', 'bob']) await acme.aPerson(name);
    await acme.aPerson('cem', { externalId: 'oid-bob' });
    const kinds = { matchByStableId: 'signedIn', ambiguous: 'refused' } as Record<string, string>;
    for (const [userName, standing] of Object.entries(await standingsOf(acme))) {
      const name = userName.split('@')[0] ?? '';
      if (name === 'cem') continue;
      expect((await acme.signIn(aPersonOf(name))).kind).toBe(kinds[standing]);
    }
  });

  it('counts on nobody whose externalId is no object id, where Entra names people by those alone', async () => {
    const acme = await world.anOrganization();
    await acme.proveDomain('mail.example');
    const issuer = 'https://login.microsoftonline.com/01a2023b-9468-4339-abeb-b65ac2b70ccb/v2.0';
    const oidc = { protocol: 'oidc', issuer, clientId: 'c', clientSecret: 's' } as const;
    const entra = await acme.domain.connections.create(acme.operator, oidc);
    await acme.domain.connections.enable(acme.operator, entra.id);
    await acme.aPerson('mapped', { externalId: '01A2023B-9468-7339-abeb-b65ac2b70ccd' });
    await acme.aPerson('nickname', { externalId: 'nickname' });
    await acme.aPerson('proved', { userName: 'proved@mail.example', externalId: 'proved' });
    const besideAnother = await standingsOf(acme);
    expect(besideAnother['nickname@acme.example']).toBe('matchByStableId');
    await acme.domain.connections.disable(acme.operator, acme.connection.id);
    expect(await standingsOf(acme)).toEqual({
      'mapped@acme.example': 'matchByStableId',
      'nickname@acme.example': 'noObjectId',
      'proved@mail.example': 'matchByEmail',
    });
  });

  it('takes two addresses for one only where a sign-in does', async () => {
    const acme = await world.anOrganization();
    await acme.proveDomain('mail.example');
    await acme.user('gross@mail.example');
    await acme.domain.users.create(acme.operator, { userName: 'g', email: 'groß@mail.example' });
    expect(await standingsOf(acme)).toEqual({ 'gross@mail.example': 'matchByEmail', g: 'noMatch' });
  });

  it('asks for a connection first, and forgets what was bound through a removed one', async () => {
    const acme = await world.anOrganization();
    await acme.enter((await acme.aPerson('ada')).person);
    await acme.domain.connections.disable(acme.operator, acme.connection.id);
    expect(await standingsOf(acme)).toEqual({ 'ada@acme.example': 'noConnection' });
  });

  it('reads on page by page, in both orders, and of some standings alone', async () => {
    const acme = await world.anOrganization();
    for (const name of ['cem', 'ada', 'bob']) await acme.aPerson(name);
    await acme.user('nobody');
    const orderBy = { field: 'userName', direction: 'asc' } as const;
    const standings = ['matchByStableId'] as const;
    const { items, hasNextPage, places } = await acme.domain.signInHealth.listPeople(
      acme.operator,
      { first: 2, orderBy },
      { standings },
    );
    expect(items.map((person) => person.userName)).toEqual(['ada@acme.example', 'bob@acme.example']);
    expect(hasNextPage).toBe(true);
    const after = places?.[1] ?? null;
    const rest = await acme.domain.signInHealth.listPeople(acme.operator, { after, orderBy }, { standings });
    expect(rest.items.map((person) => person.userName)).toEqual(['cem@acme.example']);
  });

  it('needs rollcall:connections', async () => {
    const acme = await world.anOrganization();
    const actor = anActor(acme.id, ['rollcall:users']);
    await expect(acme.domain.signInHealth.read(actor)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(acme.domain.signInHealth.listPeople(actor, {})).rejects.toMatchObject({ code: 'forbidden' });
    await expect(acme.domain.signInEvents.list(actor, {})).rejects.toMatchObject({ code: 'forbidden' });
    await expect(acme.domain.bindings.list(actor, {})).rejects.toMatchObject({ code: 'forbidden' });
    await expect(acme.domain.bindingRequests.list(actor, {})).rejects.toMatchObject({ code: 'forbidden' });
  });
});
