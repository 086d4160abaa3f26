import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { Domain } from '../../../src/domain/domain.ts';
import { Erasure } from '../../../src/domain/organizations/erasure.ts';
import { addressTables, organizationTables } from '../../../src/domain/organizations/organization-tables.ts';
import { aClock, anActor, type TestClock } from '../../harness/builders.ts';
import { openTestDomain, type TestDomain } from '../../harness/directory-domain.ts';
import { aFurnishedOrganization, everythingOf, type FurnishedOrganization } from './furnished-organization.ts';

let test: TestDomain;
let domain: Domain;
let clock: TestClock;
let superuser: Client;

beforeAll(async () => {
  clock = aClock();
  test = await openTestDomain(clock);
  domain = test.domain;
  superuser = new Client(test.connection);
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await test.close();
});

const DAY = 24 * 60 * 60 * 1000;
let made = 0;

async function anOrganization(count?: number): Promise<FurnishedOrganization> {
  made += 1;
  const slug = `erased-${'abcdefghjk'.charAt(made / 10)}${'abcdefghjk'.charAt(made % 10)}`;
  return aFurnishedOrganization(domain, superuser, { slug, ...(count !== undefined && { count }) });
}

/** Without the wait for callers of other processes. */
function anErasure(database: Database = test.database, portionSize = 5000): Erasure {
  const { organizations, apiKeys } = domain;
  return new Erasure({ database, clock, organizations, apiKeys, graceMilliseconds: 0, portionSize });
}

async function close({ operator, slug }: FurnishedOrganization, days = 0): Promise<void> {
  await domain.organizationLifeCycle.close(operator, { confirmSlug: slug, days });
}

/** Every row of every table, whosesoever, past row-level security. */
async function countRows(id: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name } of [
    ...organizationTables,
    { name: 'organizations' },
    ...addressTables.map((name) => ({ name })),
  ]) {
    const text = `select count(*)::int as count from ${name} where organization_id = $1`;
    counts[name] = (await superuser.query<{ count: number }>(text, [id])).rows[0]?.count ?? -1;
  }
  return counts;
}

function idsOf(proofs: { organizationId: string }[]): string[] {
  return proofs.map(({ organizationId }) => organizationId);
}

/** What may stay of an organization: names that nobody else gets, and the proof. */
const kept = ['organization_erasures', 'organization_slugs', 'slug_skeletons'];

describe('erasing an organization', () => {
  it('deletes every row of every table, proves it by their numbers, and touches nothing of another', async () => {
    const [own, other] = [await anOrganization(), await anOrganization()];
    const before = await everythingOf(superuser, other.id);
    await close(own);
    const there = await countRows(own.id);
    // Each table is filled, or the test would say nothing of it.
    for (const [table, count] of Object.entries(there)) expect(count, table).toBeGreaterThan(0);
    clock.advance(5);
    const proof = await anErasure().erase(own.operator);
    expect(proof).toEqual({
      organizationId: own.id,
      slugs: [own.slug.replace('-now', ''), own.slug],
      deletedCounts: there,
      begunAt: clock(),
      erasedAt: clock(),
    });
    const left = await everythingOf(superuser, own.id);
    expect(Object.keys(left)).toEqual(kept);
    for (const line of left.organization_slugs ?? []) expect(line).toContain('released');
    expect(await everythingOf(superuser, other.id)).toEqual(before);
  });

  it('leaves no name, address or identifier of its people behind', async () => {
    const own = await anOrganization();
    await close(own);
    await anErasure().erase(own.operator);
    for (const text of [`of ${own.slug.replace('-now', '')}`, ...Object.values(own.ids)]) {
      expect(await everythingOf(superuser, text), text).toEqual({});
    }
  });

  it('keeps its slugs, and what looks like them, from everybody for good', async () => {
    const own = await anOrganization();
    await close(own);
    await anErasure().erase(own.operator);
    expect(await domain.organizations.findInAnyStatus(own.slug)).toBeUndefined();
    expect((await domain.organizations.list()).map(({ id }) => id)).not.toContain(own.id);
    const again = (slug: string) => domain.organizations.create({ name: 'Another', slug });
    await expect(again(own.slug)).rejects.toMatchObject({ code: 'slugTaken' });
    await expect(again(own.slug.replace('-now', ''))).rejects.toMatchObject({ code: 'slugTaken' });
    await expect(again(own.slug.replace('o', '0'))).rejects.toMatchObject({ code: 'slugConfusable' });
  });

  it('goes in portions, which are told as they go', async () => {
    const own = await anOrganization(7);
    await close(own);
    const told: string[] = [];
    const onProgress = (progress: object) => told.push(JSON.stringify(progress));
    const there = await countRows(own.id);
    const proof = await anErasure(test.database, 3).erase(own.operator, { onProgress });
    expect(proof.deletedCounts).toEqual(there);
    expect(told).toContain('{"table":"directory_group_members","deletedCount":3}');
    expect(told).toContain('{"table":"directory_group_members","deletedCount":6}');
    expect(told).toContain('{"table":"directory_group_members","deletedCount":7}');
  });

  it('ends its keys and tokens at once', async () => {
    const own = await anOrganization();
    const { items } = await domain.permissionSets.list(own.operator, {});
    const { key } = await domain.apiKeys.create(own.operator, { name: 'Key', permissionSetId: items[0]?.id ?? '' });
    const { token } = await domain.scimTokens.create(own.operator, { directoryId: own.ids.directories ?? '' });
    await domain.apiKeys.authenticate(key);
    await close(own);
    await anErasure().erase(own.operator);
    expect(await domain.apiKeys.authenticate(key)).toBeUndefined();
    clock.advance(1000);
    expect(await domain.scimTokens.authenticate(token)).toBeUndefined();
    expect(await domain.directories.organizationOf(own.ids.directories ?? '')).toBeUndefined();
  });

  it('answers the same proof again', async () => {
    const own = await anOrganization();
    await close(own);
    const proof = await anErasure().erase(own.operator);
    clock.advance(1000);
    expect(await anErasure().erase(own.operator)).toEqual(proof);
    expect(await anErasure().findProof(own.slug)).toEqual(proof);
    expect(await anErasure().findProof('never-there')).toBeUndefined();
  });

  it('waits for transactions from before, so that what they write goes too', async () => {
    const own = await anOrganization();
    await close(own);
    await superuser.query('begin');
    await superuser.query(
      `insert into spaces (organization_id, id, name, name_key, version, created_at, updated_at)
       values ($1, gen_random_uuid(), 'late', 'late', 1, now(), now())`,
      [own.id],
    );
    let isOver = false;
    const erasing = anErasure()
      .erase(own.operator)
      .finally(() => {
        isOver = true;
      });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isOver).toBe(false);
    await superuser.query('commit');
    expect((await erasing).deletedCounts.spaces).toBe(3);
    expect(Object.keys(await everythingOf(superuser, own.id))).toEqual(kept);
  });
});

describe('an erasure may only', () => {
  it('be of an organization that is closing', async () => {
    const own = await anOrganization();
    const attempt = () => anErasure().erase(own.operator, { isNow: true, confirmSlug: own.slug });
    await expect(attempt()).rejects.toMatchObject({
      code: 'organizationStatusConflict',
      details: { status: 'active' },
    });
    await domain.organizationLifeCycle.suspend(own.operator);
    await expect(attempt()).rejects.toMatchObject({ code: 'organizationStatusConflict' });
    expect((await countRows(own.id)).users).toBe(2);
  });

  it('be when its time has come', async () => {
    const own = await anOrganization();
    await close(own, 10);
    clock.advance(10 * DAY - 1);
    await expect(anErasure().erase(own.operator, { confirmSlug: own.slug })).rejects.toMatchObject({
      code: 'organizationStatusConflict',
    });
    expect((await countRows(own.id)).users).toBe(2);
    clock.advance(1);
    expect((await anErasure().erase(own.operator)).erasedAt).toEqual(clock());
  });

  it('be before, with the current slug typed', async () => {
    const own = await anOrganization();
    await close(own, 10);
    for (const confirmSlug of [undefined, '', own.slug.replace('-now', '')]) {
      await expect(anErasure().erase(own.operator, { isNow: true, confirmSlug })).rejects.toMatchObject({
        code: 'confirmationRequired',
      });
    }
    expect((await countRows(own.id)).users).toBe(2);
    const proof = await anErasure().erase(own.operator, { isNow: true, confirmSlug: own.slug });
    expect(proof.erasedAt).toEqual(clock());
  });

  it('be by the operator', async () => {
    const own = await anOrganization();
    await close(own);
    const owner = anActor(own.id, [...domain.catalogue.heldBy('owner')]);
    await expect(anErasure().erase(owner)).rejects.toMatchObject({ code: 'forbidden' });
    expect((await countRows(own.id)).users).toBe(2);
  });

  it('be of an organization that is there', async () => {
    const nowhere = { kind: 'operator', organizationId: '0199c0de-7a11-7000-8000-00000000dead' } as const;
    await expect(anErasure().erase(nowhere)).rejects.toMatchObject({ code: 'notFound' });
  });
});

describe('an interrupted erasure', () => {
  /** The database as a process sees it that ends at its `count`th transaction. */
  function endingAfter(count: number): Database {
    let left = count;
    return new Proxy(test.database, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...parameters: unknown[]) => {
          if (name === 'transaction') left -= 1;
          if (left < 0) throw new Error('The process ended.');
          return member.apply(target, parameters) as unknown;
        };
      },
    });
  }

  it('goes on when it is run again, and counts every row once', async () => {
    const other = await anOrganization();
    const before = await everythingOf(superuser, other.id);
    const own = await anOrganization(5);
    await close(own, 30);
    const there = await countRows(own.id);
    const confirmed = { isNow: true, confirmSlug: own.slug };
    for (const count of [0, 1, 4, 11, 17]) {
      const interrupted = anErasure(endingAfter(count), 2).erase(own.operator, confirmed);
      await expect(interrupted).rejects.toThrow('The process ended.');
      expect(await anErasure().findProof(own.slug)).toBeUndefined();
    }
    // What has begun is due: nobody has to confirm it again.
    const proof = await anErasure(test.database, 2).erase(own.operator);
    expect(proof.deletedCounts).toEqual(there);
    expect(Object.keys(await everythingOf(superuser, own.id))).toEqual(kept);
    expect(await everythingOf(superuser, other.id)).toEqual(before);
  });

  it('cannot be reopened any more, and the maintenance finishes it', async () => {
    const own = await anOrganization();
    await close(own, 30);
    const interrupted = anErasure(endingAfter(5)).erase(own.operator, { isNow: true, confirmSlug: own.slug });
    await expect(interrupted).rejects.toThrow('The process ended.');
    await expect(domain.organizationLifeCycle.reopen(own.operator)).rejects.toMatchObject({
      code: 'organizationStatusConflict',
    });
    expect(idsOf(await anErasure().eraseDue())).toContain(own.id);
    expect(Object.keys(await everythingOf(superuser, own.id))).toEqual(kept);
  });

  it('by two processes at once ends with one proof', async () => {
    const own = await anOrganization(9);
    await close(own);
    const there = await countRows(own.id);
    const proofs = await Promise.all([1, 2, 3].map(() => anErasure(test.database, 2).erase(own.operator)));
    for (const proof of proofs) expect(proof).toEqual(proofs[0]);
    expect(proofs[0]?.deletedCounts).toEqual(there);
    expect(Object.keys(await everythingOf(superuser, own.id))).toEqual(kept);
  });
});

describe('erasing what is due', () => {
  it('takes every organization whose time has come, and no other', async () => {
    const [due, later, active, suspended] = [
      await anOrganization(),
      await anOrganization(),
      await anOrganization(),
      await anOrganization(),
    ];
    await close(due, 3);
    await close(later, 4);
    await domain.organizationLifeCycle.suspend(suspended.operator);
    expect(idsOf(await anErasure().eraseDue())).not.toContain(due.id);
    const now = new Date(clock().getTime() + 3 * DAY);
    clock.advance(3 * DAY);
    expect(idsOf(await anErasure().eraseDue(now))).toEqual([due.id]);
    for (const { id } of [later, active, suspended]) expect((await countRows(id)).users).toBe(2);
    await domain.organizationLifeCycle.reopen(later.operator);
  });

  it('is not kept from one organization by the failure of another', async () => {
    const [broken, due] = [await anOrganization(), await anOrganization()];
    await close(broken);
    await close(due);
    const failing: Database = new Proxy(test.database, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...parameters: unknown[]) => {
          if (name === 'transaction' && parameters[0] === broken.id) throw new Error('Not this one.');
          return member.apply(target, parameters) as unknown;
        };
      },
    });
    await expect(anErasure(failing).eraseDue()).rejects.toThrow('Some organizations could not be erased.');
    expect(await countRows(due.id)).toMatchObject({ organizations: 0, users: 0 });
    expect(idsOf(await anErasure().eraseDue())).toEqual([broken.id]);
  });
});
