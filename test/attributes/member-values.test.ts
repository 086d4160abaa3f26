import { describe, expect, test } from 'vitest';
import { memberValues } from '../../src/attributes/member-values.ts';

describe('memberValues', () => {
  test.each([
    ['objects', [{ value: 'a' }, { value: 'b' }], ['a', 'b']],
    ['objects with $ref null and display', [{ $ref: null, value: 'a', display: 'Ada', type: 'User' }], ['a']],
    ['strings', ['a', 'b'], ['a', 'b']],
    ['a single string', 'a', ['a']],
    ['a single object', { value: 'a' }, ['a']],
    ['doubles', ['a', { value: 'a' }], ['a']],
    ['null', null, []],
    ['an empty list', [], []],
  ])('reads %s', (_what, members, values) => {
    expect(memberValues({ displayName: 'g', members })).toEqual({ ok: true, values });
  });

  test('finds members in any case and says when there are none', () => {
    expect(memberValues({ Members: ['a'] })).toEqual({ ok: true, values: ['a'] });
    expect(memberValues({ displayName: 'g' })).toEqual({ ok: true, values: undefined });
    expect(memberValues(null)).toEqual({ ok: true, values: undefined });
  });

  test.each([
    ['a group by type', [{ value: 'a' }, { value: 'g', type: 'group' }], 'members[1]'],
    ['a group by reference', [{ value: 'g', $ref: 'https://example.com/scim/v2/d/Groups/g' }], 'members[0]'],
    ['a member without value', [{}], 'members[0].value'],
    ['an empty value', [{ value: '' }], 'members[0].value'],
    ['a number', [7], 'members[0].value'],
    ['a list', [['a']], 'members[0].value'],
    ['NUL', ['\u0000'], 'members[0].value'],
    ['a value of 257 characters', ['x'.repeat(257)], 'members[0].value'],
  ])('refuses %s', (_what, members, path) => {
    expect(memberValues({ members })).toMatchObject({ ok: false, problems: [{ kind: 'invalidValue', path }] });
  });
});
