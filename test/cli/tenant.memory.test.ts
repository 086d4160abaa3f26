import { describe, expect, it } from 'vitest';
import { latin } from '../../src/cli/simulate/generated-people.ts';
import { Random } from '../../src/cli/simulate/random.ts';
import { surnames } from '../../src/cli/simulate/sample-names.ts';
import type { Tenant } from '../../src/cli/simulate/simulated-tenant.ts';
import { buildTenant } from '../../src/cli/simulate/tenant.ts';
import { happen, tenantActions } from '../../src/cli/simulate/tenant-actions.ts';
import { isSoftDeleted, type Person } from '../../src/cli/simulate/tenant-objects.ts';

/** The tenant as plain values: people by userName, so that two tenants can be compared. */
function plain({ people, groups }: Tenant): unknown {
  return {
    people: people.map(({ manager, ...person }) => ({
      ...person,
      manager: manager?.userPrincipalName,
    })),
    groups: groups.map(({ members, ...group }) => ({
      ...group,
      members: [...members].map(({ objectId }) => objectId),
    })),
  };
}

describe('the simulated tenant', () => {
  it('is the same for the same seed and another for another seed', () => {
    const options = { seed: 'x', userCount: 50, groupCount: 5 };
    expect(plain(buildTenant(options))).toEqual(plain(buildTenant(options)));
    expect(plain(buildTenant({ ...options, seed: 'y' }))).not.toEqual(plain(buildTenant(options)));
  });

  it('keeps the first people when more are asked for', () => {
    const names = (userCount: number) => buildTenant({ userCount }).people.map(({ objectId }) => objectId);
    expect(names(40).slice(0, 10)).toEqual(names(10));
  });

  it('never gives a userPrincipalName twice and writes them in the letters Entra allows', () => {
    const { people } = buildTenant({ userCount: 5_000, domain: 'acme.example' });
    const names = people.map(({ userPrincipalName }) => userPrincipalName);
    expect(new Set(names).size).toBe(5_000);
    expect(names.filter((name) => !/^[a-z0-9][a-z0-9'.-]*@acme\.example$/u.test(name))).toEqual([]);
  });

  it('has people without mail, without surname, with apostrophes, accents, other scripts and very long names', () => {
    const { people } = buildTenant({ userCount: 2_000 });
    const some = (condition: (person: (typeof people)[number]) => boolean) => people.filter(condition).length;
    expect(some(({ mail }) => mail === undefined)).toBeGreaterThan(50);
    expect(some(({ surname }) => surname === undefined)).toBeGreaterThan(5);
    expect(some(({ userPrincipalName }) => userPrincipalName.includes("'"))).toBeGreaterThan(50);
    expect(
      some(({ displayName }) => /\p{Script=Han}|\p{Script=Arabic}|\p{Script=Cyrillic}/u.test(displayName)),
    ).toBeGreaterThan(50);
    expect(some(({ displayName }) => displayName.length > 35)).toBeGreaterThan(5);
  });

  it('gives nobody themselves, and nobody a later person, as manager', () => {
    const { people } = buildTenant({ userCount: 500 });
    for (const [index, { manager }] of people.entries()) {
      if (manager) expect(people.indexOf(manager)).toBeLessThan(index);
    }
    expect(people.filter(({ manager }) => manager).length).toBeGreaterThan(400);
  });

  it('puts the listed people among the members of a named group and as many others as were asked for', () => {
    const { groups, people, domain } = buildTenant({
      people: [{ displayName: 'Ada Lovelace', userPrincipalName: 'Ada@Acme.example' }],
      groups: [{ displayName: 'Marketing', memberCount: 12, userPrincipalNames: ['ada@acme.example'] }],
    });
    expect(people).toHaveLength(12);
    expect(domain).toBe('Acme.example');
    expect(groups[0]?.members.size).toBe(12);
    expect([...(groups[0]?.members ?? [])][0]).toMatchObject({ displayName: 'Ada Lovelace', surname: 'Lovelace' });
  });

  it('refuses a group that lists somebody who is not there', () => {
    const groups = [{ displayName: 'Marketing', userPrincipalNames: ['who@acme.example'] }];
    expect(() => buildTenant({ groups })).toThrow('"who@acme.example" is listed in group "Marketing"');
  });

  it('never makes two groups whose names differ only by case', () => {
    const { groups } = buildTenant({ userCount: 3, groupCount: 400 });
    expect(new Set(groups.map(({ displayName }) => displayName.toLowerCase())).size).toBe(400);
  });

  it('spells every sample surname in at least two Latin letters', () => {
    expect(surnames.filter((name) => !/^[a-z0-9'.-]{2,}$/u.test(latin(name)))).toEqual([]);
  });
});

/** Ada and Grace in Marketing, Alan in Research, Edsger in neither. */
function aSmallTenant() {
  const names = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Edsger Dijkstra'];
  const people = names.map((displayName) => ({
    displayName,
    userPrincipalName: `${displayName.split(' ')[0]?.toLowerCase()}@acme.example`,
  }));
  const tenant = buildTenant({
    people,
    groups: [
      { displayName: 'Marketing', userPrincipalNames: ['ada@acme.example', 'grace@acme.example'] },
      { displayName: 'Research', userPrincipalNames: ['alan@acme.example', 'grace@acme.example'] },
    ],
  });
  const [ada, grace, alan, edsger] = tenant.people;
  const [marketing, research] = tenant.groups;
  if (!ada || !grace || !alan || !edsger || !marketing || !research) throw new Error('the tenant is incomplete');
  return { tenant, ada, grace, alan, edsger, marketing, research };
}

const named = (people: Iterable<Person>): string[] => [...people].map(({ displayName }) => displayName).sort();

describe('what happens in the tenant', () => {
  it('takes those out of scope whom no other assigned group keeps, and brings them back with their group', () => {
    const { tenant, ada, grace, edsger, marketing } = aSmallTenant();
    tenant.unassign(marketing);
    expect([isSoftDeleted(ada), isSoftDeleted(grace), isSoftDeleted(edsger)]).toEqual([true, false, false]);
    expect(named(tenant.changes.people)).toEqual(['Ada Lovelace']);
    expect(tenant.counts()).toEqual({ people: 4, groups: 1, memberships: 2 });
    tenant.changes.clear();
    tenant.assign(marketing);
    expect(isSoftDeleted(ada)).toBe(false);
    expect([...tenant.changes.people, ...tenant.changes.groups]).toEqual([ada, marketing]);
  });

  it('keeps the deleted for 30 days, then takes them out of groups and from their reports', () => {
    const { tenant, ada, grace, marketing } = aSmallTenant();
    tenant.softDelete([ada]);
    tenant.advance(30 * 24 * 60 - 1);
    expect(tenant.people).toContain(ada);
    tenant.advance(1);
    expect(tenant.people).not.toContain(ada);
    expect(grace.manager).toBeUndefined();
    expect(named(marketing.members)).toEqual(['Grace Hopper']);
    expect(named(tenant.changes.purged)).toEqual(['Ada Lovelace']);
    expect(named(tenant.changes.people)).toEqual([]);
  });

  it.each(tenantActions)('does the same for the same seed: %s', (action) => {
    const history = () => {
      const tenant = buildTenant({ seed: 'h', userCount: 40, groupCount: 4 });
      const random = new Random('history');
      happen(tenant, 'disable', 0.2, random);
      happen(tenant, 'unassign-groups', 0.2, random);
      tenant.changes.clear();
      happen(tenant, action, 0.2, random);
      return { changed: tenant.changes.size, tenant: plain(tenant) };
    };
    const first = history();
    expect(history()).toEqual(first);
    expect(first.changed).toBeGreaterThan(0);
  });

  it('gives no name twice in a thousand joins and renames', () => {
    const tenant = buildTenant({ userCount: 100, groupCount: 3 });
    const random = new Random('names');
    for (let round = 0; round < 20; round += 1) {
      happen(tenant, 'join', 0.1, random);
      happen(tenant, 'rename', 0.3, random);
      happen(tenant, 'rename-groups', 1, random);
    }
    const names = tenant.people.map(({ userPrincipalName }) => userPrincipalName.toLowerCase());
    expect(names.length).toBeGreaterThan(500);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a large tenant', () => {
  it.each([10, 1_000, 5_000])('has about eight memberships a person in %i groups', (groupCount) => {
    const { people, groups, memberships } = buildTenant({ userCount: 5_000, groupCount }).counts();
    expect([people, groups]).toEqual([5_000, groupCount]);
    expect(memberships / people).toBeGreaterThan(1);
    expect(memberships / people).toBeLessThan(15);
  });
});

describe('the seeded generator', () => {
  it('draws every item of a small list about equally often', () => {
    const random = new Random('fair');
    const counts = [0, 0, 0, 0];
    for (let draw = 0; draw < 40_000; draw += 1) {
      const drawn = random.below(4);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('samples different items and no more than there are', () => {
    const sample = new Random('s').sample([1, 2, 3, 4, 5], 9);
    expect(sample.toSorted()).toEqual([1, 2, 3, 4, 5]);
  });
});
