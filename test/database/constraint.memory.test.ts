import { describe, expect, it } from 'vitest';
import { violatedConstraint } from '../../src/database/constraint.ts';

describe('violatedConstraint', () => {
  it.each([
    ['users_user_name_key', 'users_user_name_key'],
    ['users_user_name_key_102008', 'users_user_name_key'],
    ['users_user_name_key1', 'users_user_name_key'],
  ])('reads %s as %s', (constraint, name) => {
    expect(violatedConstraint({ code: '23505', constraint })).toBe(name);
  });

  it('reads a foreign key too', () => {
    expect(violatedConstraint({ code: '23503', constraint: 'grants_group_fkey' })).toBe('grants_group_fkey');
  });

  it.each([undefined, null, 'text', new Error('plain'), { code: '40001', constraint: 'users_user_name_key' }])(
    'says nothing of %s',
    (error) => {
      expect(violatedConstraint(error)).toBeUndefined();
    },
  );
});
