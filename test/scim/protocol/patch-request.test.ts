import { describe, expect, test } from 'vitest';
import { PATCH_OP, USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { readPatchRequest } from '../../../src/scim/protocol/patch-request.ts';
import { refusal } from './refusal.ts';

const replaceTitle = { op: 'replace', path: 'title', value: 'x' };

describe('readPatchRequest', () => {
  test.each(['Replace', 'REPLACE', 'replace', 'rEPLACE'])('row 6: reads the op %s', (op) => {
    expect(readPatchRequest({ schemas: [PATCH_OP], Operations: [{ op, path: 'title', value: 'x' }] })).toEqual([
      replaceTitle,
    ]);
  });

  test.each([
    ['no schemas', {}],
    ['schemas null', { schemas: null }],
    ['an empty list of schemas', { schemas: [] }],
    ['schemas in another case', { schemas: [PATCH_OP.toUpperCase()] }],
    ['a single schema', { schemas: PATCH_OP }],
    ['further schemas', { schemas: [USER_SCHEMA, PATCH_OP] }],
    ['an id at the top', { id: 'x' }],
  ])('takes a body with %s', (_what, extra) => {
    expect(readPatchRequest({ ...extra, Operations: [replaceTitle] })).toEqual([replaceTitle]);
  });

  test('reads names in any case', () => {
    expect(readPatchRequest({ operations: [{ Op: 'Add', PATH: 'title', Value: 'x' }] })).toEqual([
      { op: 'add', path: 'title', value: 'x' },
    ]);
  });

  test.each([[undefined], [null], [''], ['  ']])('takes the path %j as none', (path) => {
    expect(readPatchRequest({ Operations: [{ op: 'replace', path, value: {} }] })).toEqual([
      { op: 'replace', value: {} },
    ]);
  });

  test('keeps a value of null, and none at all of a remove', () => {
    expect(
      readPatchRequest({
        Operations: [
          { op: 'replace', path: 'a', value: null },
          { op: 'remove', path: 'a' },
        ],
      }),
    ).toEqual([
      { op: 'replace', path: 'a', value: null },
      { op: 'remove', path: 'a' },
    ]);
  });

  test.each<[string, unknown, string]>([
    ['a list', [], '400 invalidSyntax'],
    ['null', null, '400 invalidSyntax'],
    ['a body without operations', {}, '400 invalidSyntax'],
    ['no operation', { Operations: [] }, '400 invalidSyntax'],
    ['operations that are no list', { Operations: replaceTitle }, '400 invalidSyntax'],
    ['an operation that is no object', { Operations: ['x'] }, '400 invalidSyntax'],
    ['an unknown op', { Operations: [{ op: 'delete', path: 'title' }] }, '400 invalidSyntax'],
    ['an op that is no string', { Operations: [{ op: 1, path: 'title' }] }, '400 invalidSyntax'],
    ['an op of the prototype', { Operations: [{ op: 'constructor', path: 'title' }] }, '400 invalidSyntax'],
    ['a missing op', { Operations: [{ path: 'title', value: 'x' }] }, '400 invalidSyntax'],
    ['a path that is no string', { Operations: [{ op: 'add', path: 7, value: 'x' }] }, '400 invalidPath'],
    ['a remove without path', { Operations: [{ op: 'remove' }] }, '400 noTarget'],
    ['an add without value', { Operations: [{ op: 'add', path: 'title' }] }, '400 invalidValue'],
    ['schemas of something else', { schemas: [USER_SCHEMA], Operations: [replaceTitle] }, '400 invalidSyntax'],
    ['schemas that are no URNs', { schemas: [1], Operations: [replaceTitle] }, '400 invalidSyntax'],
    ['1,001 operations', { Operations: Array(1001).fill(replaceTitle) }, '413'],
  ])('refuses %s', (_what, body, expected) => {
    expect(refusal(() => readPatchRequest(body))).toBe(expected);
  });

  test('takes 1,000 operations', () => {
    expect(readPatchRequest({ Operations: Array(1000).fill(replaceTitle) })).toHaveLength(1000);
  });
});
