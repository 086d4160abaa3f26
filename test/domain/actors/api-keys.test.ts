import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCredential } from '../../../src/domain/actors/credential.ts';
import {
  anActor,
  anOrganization,
  aPermissionSet,
  builtInSet,
  type Domain,
  domainOf,
  eventsOf,
  type TestOrganization,
} from '../../harness/builders.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';

let opened: TestDatabase;
let domain: Domain;

beforeAll(async () => {
  opened = await openTestDatabase();
  domain = domainOf(opened.database);
});
afterAll(async () => {
  await domain.apiKeys.settled();
  await opened.close();
});

async function aKey(made: TestOrganization, permissions: string[] = ['screens:view'], expiresAt: Date | null = null) {
  const set = await aPermissionSet(domain, made, permissions);
  return domain.apiKeys.create(made.operator, { name: 'Player', permissionSetId: set.id, expiresAt });
}

describe('an API key', () => {
  it('T1: acts inside its organization with the permissions of its set', async () => {
    const made = await anOrganization(domain);
    const { apiKey, key } = await aKey(made, ['screens:view', 'rollcall:users']);
    expect(await domain.apiKeys.authenticate(key)).toEqual({
      kind: 'apiKey',
      organizationId: made.organization.id,
      id: apiKey.id,
      name: 'Player',
      permissions: new Set(['rollcall:users', 'screens:view']),
    });
  });

  it('of a built-in set holds what the catalogue says', async () => {
    const made = await anOrganization(domain);
    const set = await builtInSet(domain, made, 'owner');
    const { key } = await domain.apiKeys.create(made.operator, { name: 'Owner', permissionSetId: set.id });
    const actor = await domain.apiKeys.authenticate(key);
    expect(actor).toMatchObject({ permissions: new Set(domain.catalogue.heldBy('owner')) });
  });

  it('security 15: is shown once and stands nowhere in the database, neither whole nor by its secret', async () => {
    const made = await anOrganization(domain);
    const { apiKey, key } = await aKey(made);
    expect(JSON.stringify(apiKey)).not.toContain(key.slice(28, 60));
    expect(apiKey.hint).toBe(key.slice(-4));
    const { items } = await domain.apiKeys.list(made.operator, {});
    expect(items).toEqual([apiKey]);
    const client = new Client(opened.connection);
    await client.connect();
    try {
      const { rows } = await client.query(
        `select string_agg(line, ' ') as everything
           from (select k::text as line from api_keys k union all select e::text from domain_events e) lines`,
      );
      expect(rows[0].everything).toContain(apiKey.id);
      expect(rows[0].everything).not.toContain(key.slice(28, 60));
    } finally {
      await client.end();
    }
  });

  it('tells of its making and its end, without itself', async () => {
    const made = await anOrganization(domain);
    const { apiKey, key } = await aKey(made);
    await domain.apiKeys.revoke(made.operator, apiKey.id);
    await domain.apiKeys.revoke(made.operator, apiKey.id);
    const events = await eventsOf(domain, made, apiKey.id);
    expect(events.map((event) => event.type)).toEqual(['apiKeyCreated', 'apiKeyRevoked']);
    expect(JSON.stringify(events)).not.toContain(key.slice(28));
  });
});

describe('making an API key', () => {
  it('security 6, 20: gives nobody more than they hold', async () => {
    const made = await anOrganization(domain);
    const set = await aPermissionSet(domain, made, ['screens:view', 'billing:pay']);
    const input = { name: 'Mine', permissionSetId: set.id };
    const actor = anActor(made.organization.id, ['rollcall:keys', 'screens:view']);
    await expect(domain.apiKeys.create(actor, input)).rejects.toMatchObject({
      code: 'permissionsExceedOwn',
      details: { permissions: ['billing:pay'] },
    });
    const anyone = anActor(made.organization.id, ['screens:view', 'billing:pay']);
    await expect(domain.apiKeys.create(anyone, input)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(domain.apiKeys.list(anyone, {})).rejects.toMatchObject({ code: 'forbidden' });
    expect((await domain.apiKeys.list(made.operator, {})).items).toEqual([]);
  });

  it('refuses a blank name and an end in the past', async () => {
    const made = await anOrganization(domain);
    const set = await aPermissionSet(domain, made, []);
    for (const wrong of [{ name: ' ' }, { expiresAt: domain.clock() }, { expiresAt: new Date(Number.NaN) }]) {
      const asked = domain.apiKeys.create(made.operator, { name: 'x', permissionSetId: set.id, ...wrong });
      await expect(asked).rejects.toMatchObject({ code: 'invalidValue' });
    }
  });
});

describe('authenticating', () => {
  it('security 17: refuses a revoked key at once, although it was used a moment ago', async () => {
    const made = await anOrganization(domain);
    const { apiKey, key } = await aKey(made);
    expect(await domain.apiKeys.authenticate(key)).toBeDefined();
    const revoked = await domain.apiKeys.revoke(made.operator, apiKey.id);
    expect(revoked.revokedAt).toEqual(domain.clock());
    expect(await domain.apiKeys.authenticate(key)).toBeUndefined();
  });

  it('refuses a key that another process revoked, after a second at most', async () => {
    const made = await anOrganization(domain);
    const { apiKey, key } = await aKey(made);
    expect(await domain.apiKeys.authenticate(key)).toBeDefined();
    await domainOf(domain.database).apiKeys.revoke(made.operator, apiKey.id);
    domain.clock.advance(1000);
    expect(await domain.apiKeys.authenticate(key)).toBeUndefined();
  });

  it('refuses an expired key', async () => {
    const made = await anOrganization(domain);
    const { key } = await aKey(made, [], new Date(domain.clock().getTime() + 10));
    expect(await domain.apiKeys.authenticate(key)).toBeDefined();
    domain.clock.advance(10);
    expect(await domain.apiKeys.authenticate(key)).toBeUndefined();
  });

  it('security 3, 22: refuses no text, another kind of credential, and keys that we never made', async () => {
    const made = await anOrganization(domain);
    const { key } = await aKey(made);
    const unknownOrganization = createCredential('apiKey', '0199c0de-7a11-7000-8000-00000000dead');
    const neverMade = createCredential('apiKey', made.organization.id);
    const scimToken = createCredential('scimToken', made.organization.id);
    for (const text of [
      '',
      ' ',
      key.slice(0, -1),
      `${key}x`,
      key.toLowerCase(),
      unknownOrganization,
      neverMade,
      scimToken,
    ]) {
      expect(await domain.apiKeys.authenticate(text), text).toBeUndefined();
    }
  });

  it('security 10: finds a key in its own organization only, though its text is known', async () => {
    const one = await anOrganization(domain);
    const other = await anOrganization(domain);
    const { key } = await aKey(one);
    const moved = createCredential('apiKey', other.organization.id);
    const grafted = moved.slice(0, 28) + key.slice(28);
    expect(await domain.apiKeys.authenticate(grafted)).toBeUndefined();
    expect(await domain.apiKeys.authenticate(key)).toMatchObject({ organizationId: one.organization.id });
  });

  it('follows its permission set within a second', async () => {
    const made = await anOrganization(domain);
    const { apiKey, key } = await aKey(made, ['screens:view']);
    await domain.apiKeys.authenticate(key);
    await domain.permissionSets.update(made.operator, apiKey.permissionSetId, { permissions: ['screens:edit'] });
    domain.clock.advance(1000);
    expect(await domain.apiKeys.authenticate(key)).toMatchObject({ permissions: new Set(['screens:edit']) });
  });

  it('T1: writes the time of use, once a minute', async () => {
    const made = await anOrganization(domain);
    const { key } = await aKey(made);
    const lastUsed = async () => {
      await domain.apiKeys.authenticate(key);
      await domain.apiKeys.settled();
      return (await domain.apiKeys.list(made.operator, {})).items[0]?.lastUsedAt;
    };
    const first = domain.clock();
    expect(await lastUsed()).toEqual(first);
    domain.clock.advance(59_000);
    expect(await lastUsed()).toEqual(first);
    domain.clock.advance(1000);
    expect(await lastUsed()).toEqual(domain.clock());
  });
});
