import { describe, expect, test } from 'vitest';
import { GROUP_SCHEMA } from '../../../src/attributes/urns.ts';
import { compileGroupPatch } from '../../../src/scim/protocol/group-patch.ts';
import { readPatchRequest } from '../../../src/scim/protocol/patch-request.ts';
import { refusal } from './refusal.ts';

const compiled = (...Operations: object[]) => compileGroupPatch(readPatchRequest({ Operations }));
const add = (...values: string[]) => ({ kind: 'add', values });
const remove = (...values: string[]) => ({ kind: 'remove', values });
const replace = (...values: string[]) => ({ kind: 'replace', values });

describe('compileGroupPatch', () => {
  test.each<[string, object[], object[]]>([
    ['an add of Entra, $ref null', [{ op: 'Add', path: 'members', value: [{ $ref: null, value: 'a' }] }], [add('a')]],
    [
      'an add of several',
      [{ op: 'Add', path: 'members', value: [{ value: 'a' }, { value: 'b', display: 'B' }] }],
      [add('a', 'b')],
    ],
    ['an add of a string', [{ op: 'add', path: 'members', value: 'a' }], [add('a')]],
    ['an add of strings', [{ op: 'add', path: 'MEMBERS', value: ['a', 'b', 'a'] }], [add('a', 'b')]],
    ['an add without path', [{ op: 'add', value: { members: [{ value: 'a' }] } }], [add('a')]],
    ['an add under the URN', [{ op: 'add', path: `${GROUP_SCHEMA}:members`, value: [{ value: 'a' }] }], [add('a')]],
    [
      'security 28: a remove with a list, as only that list',
      [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'a' }] }],
      [remove('a')],
    ],
    [
      'security 16: a remove of several values',
      [{ op: 'Remove', path: 'members', value: [{ value: 'a' }, { value: 'b' }] }],
      [remove('a', 'b')],
    ],
    ['security 28: a remove with an empty list, as nothing', [{ op: 'Remove', path: 'members', value: [] }], []],
    ['row 5: a remove by filter', [{ op: 'remove', path: 'members[value eq "a"]' }], [remove('a')]],
    [
      'a remove by filter on several',
      [{ op: 'remove', path: 'members[value eq "a" or (value eq "b" or value eq "c")]' }],
      [remove('a', 'b', 'c')],
    ],
    ['a remove by the value behind a filter', [{ op: 'remove', path: 'members[value eq "a"].value' }], [remove('a')]],
    ['a remove of all', [{ op: 'remove', path: 'members' }], [replace()]],
    [
      'a full push of Okta',
      [{ op: 'replace', path: 'members', value: [{ value: 'a' }, { value: 'b' }] }],
      [replace('a', 'b')],
    ],
    ['row 32: an empty push of Okta', [{ op: 'replace', path: 'members', value: [] }], [replace()]],
    ['row 32: an empty push without path', [{ op: 'replace', value: { members: [], id: 'g' } }], [replace()]],
    ['a replace by null', [{ op: 'replace', path: 'members', value: null }], [replace()]],
    [
      'remove and add, in order',
      [
        { op: 'remove', path: 'members[value eq "a"]' },
        { op: 'add', path: 'members', value: ['a'] },
      ],
      [remove('a'), add('a')],
    ],
    [
      'neighbours of one kind as one',
      [
        { op: 'add', path: 'members', value: ['a'] },
        { op: 'add', path: 'members', value: ['b', 'a'] },
      ],
      [add('a', 'b')],
    ],
    [
      'nothing of what a replace undoes',
      [
        { op: 'add', path: 'members', value: ['a'] },
        { op: 'remove', path: 'members', value: ['b'] },
        { op: 'replace', path: 'members', value: ['c'] },
        { op: 'add', path: 'members', value: ['d'] },
      ],
      [replace('c'), add('d')],
    ],
    [
      'what is derived of a member, as nothing',
      [{ op: 'replace', path: 'members[value eq "a"].display', value: 'x' }],
      [],
    ],
    [
      'unknown attributes, as nothing',
      [
        { op: 'replace', path: 'description', value: 'x' },
        { op: 'add', value: { shoeSize: { a: 1 }, 'urn:ietf:params:scim:schemas:core:2.0:User': { a: 1 } } },
      ],
      [],
    ],
  ])('compiles %s', (_what, operations, members) => {
    expect(compiled(...operations)).toEqual({ members });
  });

  test('leaves what touches extensions to whoever has read the group', () => {
    const operations = [
      { op: 'add', path: 'urn:okta:2.0:Group:labels[type eq "x"].value', value: 'a' },
      { op: 'add', value: { displayName: 'G', 'urn:okta:2.0:Group': { a: 1 }, 'urn:okta:2.0:Group:b': 2 } },
      { op: 'remove', path: 'urn:okta:2.0:Group' },
    ];
    expect(compiled(...operations)).toEqual({
      displayName: 'G',
      members: [],
      extensions: [
        operations[0],
        { op: 'add', value: { 'urn:okta:2.0:Group': { a: 1 } } },
        { op: 'add', value: { 'urn:okta:2.0:Group:b': 2 } },
        operations[2],
      ],
    });
  });

  test.each([
    ['members[display eq "Ada"]', { kind: 'compare', attribute: 'display', operator: 'eq', value: 'Ada' }],
    [
      'members[not (value eq "a")]',
      { kind: 'not', filter: { kind: 'compare', attribute: 'value', operator: 'eq', value: 'a' } },
    ],
    ['members[value sw "a"]', { kind: 'compare', attribute: 'value', operator: 'sw', value: 'a' }],
  ])('leaves the remove of %s to a query', (path, filter) => {
    expect(compiled({ op: 'remove', path })).toEqual({ members: [{ kind: 'removeWhere', filter }] });
  });

  test('leaves the remove of an and to a query', () => {
    expect(compiled({ op: 'remove', path: 'members[type eq "User" and value eq "a"]' }).members).toMatchObject([
      { kind: 'removeWhere', filter: { kind: 'and' } },
    ]);
  });

  test.each([
    ['by path', { op: 'Replace', path: 'displayName', value: 'New' }],
    ['without path', { op: 'replace', value: { id: 'g', displayName: 'New', schemas: [], meta: {} } }],
    ['wrapped by an old job', { op: 'Replace', path: 'displayname', value: [{ $ref: null, value: 'New' }] }],
  ])('row 4: renames %s and leaves the members alone', (_what, operation) => {
    expect(compiled(operation)).toEqual({ displayName: 'New', members: [] });
  });

  test('sets and takes away the externalId', () => {
    expect(compiled({ op: 'replace', value: { externalId: 'e' } })).toEqual({ externalId: 'e', members: [] });
    expect(compiled({ op: 'remove', path: 'externalId' })).toEqual({ externalId: null, members: [] });
    expect(compiled({ op: 'replace', path: 'externalId', value: null })).toEqual({ externalId: null, members: [] });
  });

  test('compiles 100,000 members', () => {
    const value = Array.from({ length: 100_000 }, (_, position) => ({ value: `u${position}` }));
    expect(
      compiled({ op: 'add', path: 'members', value }, { op: 'add', path: 'members', value }).members,
    ).toMatchObject([{ kind: 'add', values: { length: 100_000 } }]);
  });

  test.each<[string, object, string]>([
    ['a group as member', { op: 'add', path: 'members', value: [{ value: 'g', type: 'Group' }] }, '400 invalidValue'],
    [
      'a member by the address of a group',
      { op: 'add', path: 'members', value: [{ value: 'g', $ref: '../Groups/g' }] },
      '400 invalidValue',
    ],
    ['a member without value', { op: 'add', path: 'members', value: [{ display: 'x' }] }, '400 invalidValue'],
    ['an add by filter', { op: 'add', path: 'members[value eq "a"]', value: { value: 'a' } }, '400 invalidPath'],
    ['an empty name', { op: 'replace', path: 'displayName', value: '' }, '400 invalidValue'],
    ['a name of 9,000 characters', { op: 'replace', path: 'displayName', value: 'x'.repeat(9000) }, '400 invalidValue'],
    ['the remove of the name', { op: 'remove', path: 'displayName' }, '400 mutability'],
    ['a new id', { op: 'replace', path: 'id', value: 'x' }, '400 mutability'],
    ['a value that is no object', { op: 'replace', value: 'x' }, '400 invalidValue'],
    ['an unknown part of a member', { op: 'remove', path: 'members[colour eq "a"]' }, '400 invalidFilter'],
    ['the remove of a whole schema', { op: 'remove', path: GROUP_SCHEMA }, '400 noTarget'],
  ])('refuses %s', (_what, operation, expected) => {
    expect(refusal(() => compiled(operation))).toBe(expected);
  });
});
