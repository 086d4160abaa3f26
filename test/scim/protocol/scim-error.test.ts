import { expect, test } from 'vitest';
import { ERROR } from '../../../src/attributes/urns.ts';
import { errorBody, ScimError, scimErrors } from '../../../src/scim/protocol/scim-error.ts';

test('row 39: an error body stands at the root with its status as a string', () => {
  expect(errorBody(scimErrors.uniqueness('userName is taken'))).toEqual({
    schemas: [ERROR],
    status: '409',
    scimType: 'uniqueness',
    detail: 'userName is taken',
  });
});

test('an error without scimType has no such key', () => {
  expect(errorBody(scimErrors.notFound('gone'))).toEqual({ schemas: [ERROR], status: '404', detail: 'gone' });
});

test('every scimType of RFC 7644 §3.12 goes with status 400, uniqueness with 409', () => {
  const errors = Object.values(scimErrors).map((make) => make('x', 1));
  for (const error of errors) {
    expect(error).toBeInstanceOf(ScimError);
    if (error.scimType !== undefined) expect(error.status).toBe(error.scimType === 'uniqueness' ? 409 : 400);
  }
});

test('a refusal of the token says how to authenticate, one of the rate when to come back', () => {
  expect(scimErrors.unauthorized('x').headers).toHaveProperty('WWW-Authenticate');
  expect(scimErrors.tooManyRequests('x', 7).headers).toEqual({ 'Retry-After': '7' });
});
