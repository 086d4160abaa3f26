import { describe, expect, it } from 'vitest';
import { entitlementsOf, planIncludes } from '../../../src/domain/organizations/plan.ts';
import { requireSlug, slugProblem, slugSkeleton } from '../../../src/domain/organizations/slug.ts';

describe('an SSO slug', () => {
  it.each(['acme', 'a1b', '42-north', 'a-b-c', 'x'.repeat(63)])('may be %s', (slug) => {
    expect(slugProblem(slug)).toBeUndefined();
  });

  it.each([
    'ab',
    'x'.repeat(64),
    'Acme',
    'acme.example',
    'acme corp',
    '-acme',
    'acme-',
    'ac--me',
    'аcme',
    'acme\n',
    '',
  ])('may not be %j', (slug) => {
    expect(slugProblem(slug)).toMatch(/^(must|may)/);
  });

  it.each(['admin', 'scim', 'graphql', 'console', 'rollcall'])('may not be the reserved word %s', (slug) => {
    expect(slugProblem(slug)).toBe('is a reserved word');
  });

  it.each([
    'adm1n',
    'ad-min',
    'adrnin',
    'ro11call',
    'rol1-call',
    'c0nsole',
    '1ogin',
    'log1n',
    'vvvvw',
    's-a-m-l',
    'scirn',
    'supp0rt',
    'ma1l',
  ])('security 7: may not be %s, which reads like a reserved word', (slug) => {
    expect(slugProblem(slug)).toBeUndefined();
    expect(() => requireSlug(slug)).toThrow(expect.objectContaining({ code: 'slugConfusable' }));
  });

  it.each(['mall', 'admins', 'my-admin', 'helper', 'apis', 'newer', 'demo-1'])(
    'may be %s, which no reader takes for a reserved word',
    (slug) => {
      expect(() => requireSlug(slug)).not.toThrow();
    },
  );
});

describe('the look of a slug', () => {
  it.each([
    ['acme-corp', 'acmecorp'],
    ['acme-c0rp', 'acrne-corp'],
    ['a11', 'all'],
    ['bar-n', 'bam'],
    ['vvorld', 'world'],
    ['10-0', 'loo'],
  ])('is the same for %s and %s', (one, other) => {
    expect(slugSkeleton(one)).toBe(slugSkeleton(other));
  });

  it.each([
    ['acme', 'acne'],
    ['globex', 'globex2'],
    ['ail', 'all'],
    ['north', 'norrth'],
  ])('differs for %s and %s', (one, other) => {
    expect(slugSkeleton(one)).not.toBe(slugSkeleton(other));
  });
});

describe('a plan', () => {
  it('S2: includes SCIM and SSO only when it is enterprise', () => {
    expect(planIncludes('enterprise', 'scim')).toBe(true);
    expect(planIncludes('enterprise', 'sso')).toBe(true);
    expect(planIncludes('free', 'scim')).toBe(false);
    expect(planIncludes('free', 'sso')).toBe(false);
    expect(entitlementsOf('enterprise')).toEqual(['scim', 'sso']);
    expect(entitlementsOf('free')).toEqual([]);
  });
});
