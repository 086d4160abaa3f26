// Every form of a PATCH (RFC 7644 §3.5.2) on every kind of attribute that a User has.
import { describe, expect, test } from 'vitest';
import { canonicalResource } from '../../../src/attributes/canonical-resource.ts';
import type { Json, JsonObject } from '../../../src/attributes/json.ts';
import { userTable } from '../../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { applyPatch } from '../../../src/scim/protocol/patch.ts';
import { readPatchRequest } from '../../../src/scim/protocol/patch-request.ts';
import { refusal } from './refusal.ts';

type Operation = { op: string; path?: string; value?: Json };

/** The document that is stored after the operations. */
function patched(before: JsonObject, ...operations: Operation[]): JsonObject {
  const after = applyPatch({ userName: 'ada', ...before }, readPatchRequest({ Operations: operations }), userTable);
  const stored = canonicalResource(userTable, after);
  if (!stored.ok) throw new Error(JSON.stringify(stored.problems));
  expect(stored.resource).toEqual(after);
  const { userName, ...rest } = stored.resource;
  expect(userName).toBe('ada');
  return rest;
}

const multiValued: [string, string, string, string][] = [
  ['emails', 'a@acme.example', 'b@acme.example', 'work'],
  ['phoneNumbers', '+49 1', '+49 2', 'mobile'],
  ['ims', 'ada', 'lovelace', 'xmpp'],
  ['photos', 'https://acme.example/a.png', 'https://acme.example/b.png', 'thumbnail'],
  ['entitlements', 'print', 'scan', 'office'],
  ['roles', 'Admin', 'Reader', 'app'],
  ['x509Certificates', 'MIIa', 'MIIb', 'smime'],
];

describe.each(multiValued)('%s', (name, a, b, type) => {
  const first = { value: a, type: 'other' };
  const second = { value: b, type };
  const both = { [name]: [first, second] };

  test.each<[string, JsonObject, Operation, JsonObject]>([
    ['add a list', {}, { op: 'add', path: name, value: [first, second] }, both],
    ['add one more', { [name]: [first] }, { op: 'Add', path: name, value: [second] }, both],
    ['add a single object', { [name]: [first] }, { op: 'add', path: name, value: second }, both],
    ['add a plain text', {}, { op: 'add', path: name, value: a }, { [name]: [{ value: a }] }],
    ['add what is there', both, { op: 'add', path: name, value: [first] }, both],
    [
      'add what is there with more',
      { [name]: [first] },
      { op: 'add', path: name, value: { value: a, display: 'D' } },
      { [name]: [{ ...first, display: 'D' }] },
    ],
    ['add without a path', { [name]: [first] }, { op: 'add', value: { [name]: [second] } }, both],
    ['add under the URN', { [name]: [first] }, { op: 'add', path: `${USER_SCHEMA}:${name}`, value: [second] }, both],
    [
      'add a sub-attribute by filter',
      both,
      { op: 'add', path: `${name}[type eq "${type}"].display`, value: 'D' },
      { [name]: [first, { ...second, display: 'D' }] },
    ],
    [
      'add by a filter that meets nothing',
      { [name]: [first] },
      { op: 'add', path: `${name}[type eq "${type}"].value`, value: b },
      both,
    ],
    ['add null', both, { op: 'add', path: name, value: null }, both],
    ['replace the list', both, { op: 'replace', path: name, value: [second] }, { [name]: [second] }],
    ['replace without a path', both, { op: 'Replace', value: { [name]: [second] } }, { [name]: [second] }],
    ['replace with an empty list', both, { op: 'replace', path: name, value: [] }, {}],
    ['replace with null', both, { op: 'replace', path: name, value: null }, {}],
    [
      'replace a sub-attribute by filter',
      both,
      { op: 'replace', path: `${name}[value eq "${a}"].type`, value: 'x' },
      { [name]: [{ ...first, type: 'x' }, second] },
    ],
    [
      'replace a value by filter',
      both,
      { op: 'replace', path: `${name}[type eq "other"]`, value: { display: 'D' } },
      { [name]: [{ ...first, display: 'D' }, second] },
    ],
    [
      'replace by a filter that meets nothing',
      { [name]: [first] },
      { op: 'Replace', path: `${name}[type eq "${type}"].value`, value: b },
      both,
    ],
    [
      'replace a sub-attribute of all',
      both,
      { op: 'replace', path: `${name}.display`, value: 'D' },
      {
        [name]: [
          { ...first, display: 'D' },
          { ...second, display: 'D' },
        ],
      },
    ],
    [
      'replace a value by filter with null',
      both,
      { op: 'replace', path: `${name}[type eq "other"]`, value: null },
      { [name]: [second] },
    ],
    ['remove all', both, { op: 'remove', path: name }, {}],
    ['remove by filter', both, { op: 'remove', path: `${name}[value eq "${b}"]` }, { [name]: [first] }],
    [
      'remove by two terms',
      both,
      { op: 'remove', path: `${name}[type eq "${type}" and value eq "${b}"]` },
      { [name]: [first] },
    ],
    [
      'remove a sub-attribute by filter',
      both,
      { op: 'remove', path: `${name}[value eq "${a}"].type` },
      { [name]: [{ value: a }, second] },
    ],
    [
      'remove a sub-attribute of all',
      both,
      { op: 'remove', path: `${name}.type` },
      { [name]: [{ value: a }, { value: b }] },
    ],
    ['remove by a list (security 16)', both, { op: 'Remove', path: name, value: [{ value: a }] }, { [name]: [second] }],
    ['remove by a filter that meets nothing', both, { op: 'remove', path: `${name}[value eq "none"]` }, both],
  ])('%s', (_form, before, operation, after) => {
    expect(patched(before, operation)).toEqual(after);
  });

  test('moves primary to the value that gets it', () => {
    const before = { [name]: [{ ...first, primary: true }, second] };
    expect(patched(before, { op: 'replace', path: `${name}[value eq "${b}"].primary`, value: 'True' })).toEqual({
      [name]: [
        { ...first, primary: false },
        { ...second, primary: true },
      ],
    });
  });
});

describe('addresses', () => {
  const home = { type: 'home', locality: 'Bonn' };
  const work = { type: 'work', locality: 'Berlin', country: 'DE' };

  test.each<[string, JsonObject, Operation, JsonObject]>([
    ['add', {}, { op: 'add', path: 'addresses', value: [home] }, { addresses: [home] }],
    ['add one more', { addresses: [home] }, { op: 'add', path: 'addresses', value: work }, { addresses: [home, work] }],
    [
      'add what is there',
      { addresses: [home] },
      { op: 'add', path: 'addresses', value: [home] },
      { addresses: [home] },
    ],
    [
      'add by filter',
      { addresses: [home] },
      { op: 'add', path: 'addresses[type eq "home"].country', value: 'DE' },
      { addresses: [{ ...home, country: 'DE' }] },
    ],
    [
      'replace the list',
      { addresses: [home] },
      { op: 'replace', path: 'addresses', value: [work] },
      { addresses: [work] },
    ],
    [
      'replace by filter',
      { addresses: [home, work] },
      { op: 'replace', path: 'addresses[type eq "work"].locality', value: 'Ulm' },
      { addresses: [home, { ...work, locality: 'Ulm' }] },
    ],
    [
      'remove a part',
      { addresses: [work] },
      { op: 'remove', path: 'addresses[type eq "work"].country' },
      { addresses: [{ type: 'work', locality: 'Berlin' }] },
    ],
    [
      'remove by filter',
      { addresses: [home, work] },
      { op: 'remove', path: 'addresses[country pr]' },
      { addresses: [home] },
    ],
    ['remove all', { addresses: [home] }, { op: 'remove', path: 'addresses' }, {}],
  ])('%s', (_form, before, operation, after) => {
    expect(patched(before, operation)).toEqual(after);
  });
});

const simple: [string, Json, Json][] = [
  ['title', 'Countess', 'Programmer'],
  ['displayName', 'Ada', 'Ada L.'],
  ['profileUrl', 'https://acme.example/ada', 'https://acme.example/a'],
  ['active', true, false],
  ['externalId', '1', '2'],
];

describe.each(simple)('%s', (name, one, other) => {
  test.each<[string, JsonObject, Operation, JsonObject]>([
    ['add', {}, { op: 'add', path: name, value: one }, { [name]: one }],
    ['add over a value', { [name]: one }, { op: 'add', path: name, value: other }, { [name]: other }],
    ['add without a path', {}, { op: 'add', value: { [name]: one } }, { [name]: one }],
    ['replace', { [name]: one }, { op: 'replace', path: name, value: other }, { [name]: other }],
    ['replace what is not there', {}, { op: 'replace', path: name, value: other }, { [name]: other }],
    [
      'replace under the URN',
      { [name]: one },
      { op: 'replace', path: `${USER_SCHEMA}:${name}`, value: other },
      { [name]: other },
    ],
    [
      'replace without a path',
      { [name]: one },
      { op: 'replace', value: { [name.toUpperCase()]: other } },
      { [name]: other },
    ],
    ['replace with null', { [name]: one }, { op: 'replace', path: name, value: null }, {}],
    ['remove', { [name]: one }, { op: 'remove', path: name }, {}],
    ['remove what is not there', {}, { op: 'remove', path: name }, {}],
  ])('%s', (_form, before, operation, after) => {
    expect(patched(before, operation)).toEqual(after);
  });
});

describe('complex attributes', () => {
  const name = { givenName: 'Ada', familyName: 'King' };
  const manager = { [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'm1' } } };

  test.each<[string, JsonObject, Operation, JsonObject]>([
    ['add', {}, { op: 'add', path: 'name', value: name }, { name }],
    [
      'add a part',
      { name },
      { op: 'add', path: 'name.middleName', value: 'B' },
      { name: { ...name, middleName: 'B' } },
    ],
    [
      'replace a part',
      { name },
      { op: 'replace', path: 'name.familyName', value: 'L' },
      { name: { ...name, familyName: 'L' } },
    ],
    [
      'row 13: replace parts only',
      { name },
      { op: 'replace', path: 'name', value: { familyName: 'L' } },
      { name: { ...name, familyName: 'L' } },
    ],
    [
      'row 12: replace a dotted key',
      { name },
      { op: 'replace', value: { 'name.familyName': 'L' } },
      { name: { ...name, familyName: 'L' } },
    ],
    [
      'replace a part with null',
      { name },
      { op: 'replace', path: 'name', value: { familyName: null } },
      { name: { givenName: 'Ada' } },
    ],
    ['remove a part', { name }, { op: 'remove', path: 'name.familyName' }, { name: { givenName: 'Ada' } }],
    ['remove all', { name }, { op: 'remove', path: 'name' }, {}],
    ['add a manager as a text', {}, { op: 'add', path: `${ENTERPRISE_USER_SCHEMA}:manager`, value: 'm1' }, manager],
    ['add a manager without the URN', {}, { op: 'add', path: 'manager', value: 'm1' }, manager],
    [
      'replace a manager by a part',
      manager,
      { op: 'replace', path: `${ENTERPRISE_USER_SCHEMA}:manager.value`, value: 'm2' },
      { [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'm2' } } },
    ],
    ['row 18: remove a manager by filter', manager, { op: 'remove', path: 'manager[value eq "m1"]' }, {}],
    ['remove a manager', manager, { op: 'remove', path: `${ENTERPRISE_USER_SCHEMA}:manager` }, {}],
    ['remove an extension', manager, { op: 'remove', path: ENTERPRISE_USER_SCHEMA }, {}],
  ])('%s', (_form, before, operation, after) => {
    expect(patched(before, operation)).toEqual(after);
  });
});

test.each([
  ['remove what is required', { op: 'remove', path: 'userName' }, '400 mutability'],
  ['replace what is required with nothing', { op: 'replace', path: 'userName', value: '' }, '400 invalidValue'],
  ['write what is read-only', { op: 'replace', path: 'groups', value: [{ value: 'g' }] }, '400 mutability'],
  ['write the id', { op: 'replace', path: 'id', value: 'x' }, '400 mutability'],
  ['a certificate that is no text', { op: 'add', path: 'x509Certificates', value: [{ value: 7 }] }, '400 invalidValue'],
  ['a list that is none of objects', { op: 'add', path: 'addresses', value: ['x'] }, '400 invalidValue'],
  ['a filter on a simple attribute', { op: 'replace', path: 'title[value eq "x"]', value: 'y' }, '400 invalidPath'],
])('refuses to %s', (_what, operation, expected) => {
  const before = { userName: 'ada', id: 'me' };
  expect(refusal(() => applyPatch(before, readPatchRequest({ Operations: [operation] }), userTable))).toBe(expected);
});
