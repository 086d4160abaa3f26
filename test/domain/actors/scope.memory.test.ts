import { expect, it } from 'vitest';
import { allScopes, readScopes, requireOneScope, type ScopeNeed, scopesOf } from '../../../src/domain/actors/scope.ts';

const needs: ScopeNeed[] = ['users:read', 'groups:read', 'users:write', 'groups:write'];

function allowed(text: string): string[] {
  return needs.filter((need) => {
    try {
      requireOneScope(scopesOf(text), need);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'insufficientScope' });
      return false;
    }
  });
}

it.each([
  ['read users:write groups:write', needs],
  ['read', ['users:read', 'groups:read']],
  ['users:write', ['users:read', 'users:write']],
  ['groups:write', ['groups:read', 'groups:write']],
  ['', []],
  ['READ admin scim', []],
  ['users', []],
])('the scopes "%s" allow %s', (text, expected) => {
  expect(allowed(text)).toEqual(expected);
});

it('a credential has all scopes unless some are named', () => {
  expect(new Set(readScopes(undefined))).toEqual(allScopes);
  expect(readScopes(['groups:write', 'read'])).toEqual(['read', 'groups:write']);
  for (const given of [[], ['scim'], ['read', '']]) {
    expect(() => readScopes(given)).toThrow(expect.objectContaining({ code: 'invalidValue' }));
  }
});
