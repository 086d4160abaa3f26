import { expect, test } from 'vitest';
import { acceptsScim } from '../../../src/scim/protocol/accept.ts';

test.each([
  [undefined, true],
  ['', true],
  ['application/scim+json', true],
  ['Application/SCIM+JSON; charset=utf-8', true],
  ['application/json', true],
  ['application/*', true],
  ['text/html, */*;q=0.1', true],
  ['text/html', false],
  ['application/xml;q=0.9, image/png', false],
  ['application/scim+json;q=0', false],
  ['application/scim+json;q=0, application/json', true],
  ['*/*, application/scim+json;q=0, application/json;q=0.0', false],
  [',;q=,=', false],
])('Accept: %s takes SCIM: %s', (accept, isTaken) => {
  expect(acceptsScim(accept)).toBe(isTaken);
});
