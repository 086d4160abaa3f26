import { describe, expect, it } from 'vitest';
import { Random } from '../../src/cli/simulate/random.ts';
import { surnames } from '../../src/cli/simulate/sample-names.ts';
import { buildTenant, latin, type Tenant } from '../../src/cli/simulate/tenant.ts';

/** The tenant as plain values: people by userName, so that two tenants can be compared. */
function plain({ people, groups }: Tenant): unknown {
  return {
    people: people.map(({ manager, sentManager: _, ...person }) => ({
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
