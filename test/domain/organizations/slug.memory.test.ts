import { describe, expect, it } from 'vitest';
import { planIncludes } from '../../../src/domain/organizations/plan.ts';
import { slugProblem } from '../../../src/domain/organizations/slug.ts';

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
});

describe('a plan', () => {
  it('S2: includes SCIM and SSO only when it is enterprise', () => {
    expect(planIncludes('enterprise', 'scim')).toBe(true);
    expect(planIncludes('enterprise', 'sso')).toBe(true);
    expect(planIncludes('free', 'scim')).toBe(false);
    expect(planIncludes('free', 'sso')).toBe(false);
  });
});
