import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/attributes/json.ts';
import { groupTable, userTable } from '../../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { applyPatch } from '../../../src/scim/protocol/patch.ts';
import { readPatchRequest } from '../../../src/scim/protocol/patch-request.ts';
import { refusal } from './refusal.ts';

const URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

type Operation = { op: string; path?: string; value?: Json };

/** The extension after the operations; the resource must not change otherwise. */
function patched(before: JsonObject | undefined, ...operations: Operation[]): Json | undefined {
  const resource = { userName: 'ada', ...(before ? { [URN]: before } : {}) };
  const kept = structuredClone(resource);
  const after = applyPatch(resource, readPatchRequest({ Operations: operations }), userTable);
  expect(resource).toEqual(kept);
  expect(after.userName).toBe('ada');
  expect(Object.keys(after).filter((key) => key !== 'userName' && key !== URN)).toEqual([]);
  return after[URN];
}

const home = { type: 'home', value: 'h' };
const work = { type: 'work', value: 'w' };

describe('an extension that nobody declared', () => {
  test.each<[string, JsonObject | undefined, Operation, Json | undefined]>([
    // A single value.
    ['takes an add by path', undefined, { op: 'Add', path: `${URN}:tag`, value: 'x' }, { tag: 'x' }],
    ['takes a replace by path', { tag: 'x' }, { op: 'Replace', path: `${URN}:tag`, value: 'y' }, { tag: 'y' }],
    ['takes an add over a value', { tag: 'x' }, { op: 'add', path: `${URN}:tag`, value: 7 }, { tag: 7 }],
    ['takes a boolean as it is', {}, { op: 'add', path: `${URN}:vip`, value: false }, { vip: false }],
    ['goes with its last attribute', { tag: 'x' }, { op: 'Remove', path: `${URN}:tag` }, undefined],
    [
      'goes with its last attribute set to null',
      { tag: 'x' },
      { op: 'replace', path: `${URN}:tag`, value: null },
      undefined,
    ],
    [
      'goes with its last attribute set to ""',
      { tag: 'x' },
      { op: 'replace', path: `${URN}:tag`, value: '' },
      undefined,
    ],
    ['keeps its other attributes', { tag: 'x', no: 1 }, { op: 'remove', path: `${URN}:tag` }, { no: 1 }],
    ['removes by value as without one', { tag: 'x' }, { op: 'Remove', path: `${URN}:tag`, value: 'x' }, undefined],
    ['is met in any case', { Tag: 'x' }, { op: 'replace', path: `${URN.toLowerCase()}:TAG`, value: 'y' }, { Tag: 'y' }],
    // Both of Entra's dialects.
    ['takes a pathless key of the flag dialect', {}, { op: 'Add', value: { [`${URN}:tag`]: 'x' } }, { tag: 'x' }],
    ['takes a pathless object', { a: 1 }, { op: 'replace', value: { [URN]: { tag: 'x' } } }, { a: 1, tag: 'x' }],
    ['takes an object at its URN', undefined, { op: 'add', path: URN, value: { tag: 'x' } }, { tag: 'x' }],
    [
      'takes dotted names in an object',
      {},
      { op: 'add', path: URN, value: { 'car.plate': 'X' } },
      { car: { plate: 'X' } },
    ],
    ['goes by a remove at its URN', { tag: 'x', no: 1 }, { op: 'remove', path: URN }, undefined],
    ['goes by a null at its URN', { tag: 'x' }, { op: 'replace', path: URN, value: null }, undefined],
    ['goes by a pathless null', { tag: 'x' }, { op: 'replace', value: { [URN]: null } }, undefined],
    [
      'loses an attribute by a null in an object',
      { a: 1, b: 2 },
      { op: 'replace', value: { [URN]: { a: null } } },
      { b: 2 },
    ],
    // Lists.
    [
      'appends to a list',
      { tags: ['a'] },
      { op: 'add', path: `${URN}:tags`, value: ['b', 'a', 'b'] },
      { tags: ['a', 'b'] },
    ],
    ['appends a single value', { tags: ['a'] }, { op: 'add', path: `${URN}:tags`, value: 'b' }, { tags: ['a', 'b'] }],
    [
      'appends no double of an object, in whatever order its members come',
      { tags: [home] },
      { op: 'add', path: `${URN}:tags`, value: [{ value: 'h', type: 'home' }, work] },
      { tags: [home, work] },
    ],
    ['replaces a list', { tags: ['a', 'b'] }, { op: 'replace', path: `${URN}:tags`, value: ['c'] }, { tags: ['c'] }],
    ['empties a list', { tags: ['a'] }, { op: 'replace', path: `${URN}:tags`, value: [] }, undefined],
    [
      'removes what is listed',
      { tags: ['a', 'b'] },
      { op: 'remove', path: `${URN}:tags`, value: ['a', 'x'] },
      { tags: ['b'] },
    ],
    [
      'removes objects by their value',
      { tags: [home, work] },
      { op: 'Remove', path: `${URN}:tags`, value: [{ value: 'h' }] },
      { tags: [work] },
    ],
    ['removes a list', { tags: ['a', 'b'] }, { op: 'remove', path: `${URN}:tags` }, undefined],
    // Complex values.
    [
      'merges a complex value on replace',
      { car: { plate: 'X', doors: 4 } },
      { op: 'replace', path: `${URN}:car`, value: { PLATE: 'Y' } },
      { car: { plate: 'Y', doors: 4 } },
    ],
    [
      'makes a complex value',
      undefined,
      { op: 'add', path: `${URN}:car`, value: { plate: 'X' } },
      { car: { plate: 'X' } },
    ],
    [
      'sets a sub-attribute',
      { car: { doors: 4 } },
      { op: 'add', path: `${URN}:car.plate`, value: 'X' },
      { car: { doors: 4, plate: 'X' } },
    ],
    [
      'makes the value of a sub-attribute',
      undefined,
      { op: 'add', path: `${URN}:car.plate`, value: 'X' },
      { car: { plate: 'X' } },
    ],
    [
      'removes a sub-attribute',
      { car: { doors: 4, plate: 'X' } },
      { op: 'remove', path: `${URN}:car.plate` },
      { car: { doors: 4 } },
    ],
    ['removes the last sub-attribute', { car: { plate: 'X' } }, { op: 'remove', path: `${URN}:car.plate` }, undefined],
    [
      'sets a sub-attribute of every value',
      { tags: [home, work] },
      { op: 'replace', path: `${URN}:tags.value`, value: 'v' },
      {
        tags: [
          { ...home, value: 'v' },
          { ...work, value: 'v' },
        ],
      },
    ],
    // Filters.
    [
      'sets what a filter meets',
      { tags: [home, work] },
      { op: 'replace', path: `${URN}:tags[TYPE eq "Work"].value`, value: 'v' },
      { tags: [home, { ...work, value: 'v' }] },
    ],
    [
      'merges into what a filter meets',
      { tags: [home, work] },
      { op: 'replace', path: `${URN}:tags[type eq "work"]`, value: { note: 'n' } },
      { tags: [home, { ...work, note: 'n' }] },
    ],
    [
      'makes what a filter says where it meets nothing',
      { tags: [home] },
      { op: 'add', path: `${URN}:tags[type eq "work"].value`, value: 'w' },
      { tags: [home, work] },
    ],
    [
      'removes what a filter meets',
      { tags: [home, work] },
      { op: 'remove', path: `${URN}:tags[type eq "work"]` },
      { tags: [home] },
    ],
    [
      'removes a part of what a filter meets',
      { tags: [home, work] },
      { op: 'remove', path: `${URN}:tags[type eq "work"].value` },
      { tags: [home, { type: 'work' }] },
    ],
    [
      'removes nothing where a filter meets nothing',
      { tags: [home] },
      { op: 'remove', path: `${URN}:tags[type eq "x"]` },
      { tags: [home] },
    ],
    ['filters a single value', { car: { plate: 'X' } }, { op: 'remove', path: `${URN}:car[plate eq "x"]` }, undefined],
    [
      'compares numbers as numbers',
      { tags: [{ n: 9 }, { n: 10 }] },
      { op: 'remove', path: `${URN}:tags[n gt 9]` },
      { tags: [{ n: 9 }] },
    ],
  ])('%s', (_rule, before, operation, after) => {
    expect(patched(before, operation)).toEqual(after);
    // What the store keeps of it does not change it.
  });

  test('replaces the same way a second time', () => {
    const operation = { op: 'replace', path: `${URN}:tags[type eq "work"].value`, value: 'v' };
    const once = patched({ tags: [home] }, operation);
    expect(patched(once as JsonObject, operation)).toEqual(once);
  });

  test.each([
    [
      'a filter that no value is made of',
      { op: 'add', path: `${URN}:tags[type ne "x"].value`, value: 'v' },
      '400 noTarget',
    ],
    ['a value path in a value path', { op: 'remove', path: `${URN}:tags[a[b eq 1]]` }, '400 invalidPath'],
    ['a filter behind a sub-attribute', { op: 'remove', path: `${URN}:a.b[c eq 1]` }, '400 invalidPath'],
    ['a text at its URN', { op: 'add', path: 'urn:acme:hr', value: 'x' }, '400 invalidValue'],
    ['nine levels', { op: 'add', path: `${URN}:a`, value: [[[[[[[[['x']]]]]]]]] }, '400 invalidValue'],
    [
      'more than 1,000 values',
      {
        op: 'add',
        path: `${URN}:a`,
        value: Array(1001)
          .fill(0)
          .map((_, n) => n),
      },
      '400 invalidValue',
    ],
    ['NUL', { op: 'add', path: `${URN}:a`, value: { b: '\u0000' } }, '400 invalidValue'],
    ['NUL in a name', { op: 'add', path: `${URN}:a`, value: { '\u0000': 'b' } }, '400 invalidValue'],
    [
      'a number that JSON cannot say',
      { op: 'add', path: `${URN}:a`, value: Number.POSITIVE_INFINITY },
      '400 invalidValue',
    ],
  ])('refuses %s', (_what, operation, expected) => {
    expect(refusal(() => applyPatch({}, readPatchRequest({ Operations: [operation] }), userTable))).toBe(expected);
  });

  test('is harmless as __proto__', () => {
    const value = JSON.parse('{"__proto__":{"polluted":true},"a":{"__proto__":{"polluted":true},"b":1}}') as JsonObject;
    const after = applyPatch({}, readPatchRequest({ Operations: [{ op: 'add', path: URN, value }] }), userTable);
    expect(after).toEqual({ [URN]: { a: { b: 1 } } });
    const { [URN]: extension } = after as { [URN]: { a: object } };
    for (const object of [after, extension, extension.a, {}])
      expect(Object.getPrototypeOf(object)).not.toHaveProperty('polluted');
  });
});

describe('a URN that may be an extension or an attribute of one', () => {
  const apply = (resource: JsonObject, ...operations: Operation[]) =>
    applyPatch(resource, readPatchRequest({ Operations: operations }), userTable);

  test.each<[string, JsonObject, Operation, JsonObject]>([
    ['is an extension where the resource has it', { 'urn:a:b:c': { x: 1 } }, { op: 'remove', path: 'URN:A:B:C' }, {}],
    [
      'is an attribute where the resource has the rest as an extension',
      { 'urn:a:b:c': { x: 1 } },
      { op: 'add', path: 'urn:a:b:c:d', value: { y: 2 } },
      { 'urn:a:b:c': { x: 1, d: { y: 2 } } },
    ],
    [
      'is an extension where it is given an object',
      {},
      { op: 'add', path: 'urn:a:b:c', value: { x: 1 } },
      { 'urn:a:b:c': { x: 1 } },
    ],
    [
      'is an attribute where the rest ends with the resource type',
      {},
      { op: 'add', path: 'urn:a:2.0:User:car', value: { x: 1 } },
      { 'urn:a:2.0:User': { car: { x: 1 } } },
    ],
    [
      'is an attribute where it is given a text',
      {},
      { op: 'add', path: 'urn:a:b:c', value: 'x' },
      { 'urn:a:b': { c: 'x' } },
    ],
    [
      'is an attribute of a known extension',
      {},
      { op: 'add', path: `${ENTERPRISE_USER_SCHEMA}:car`, value: { x: 1 } },
      { [ENTERPRISE_USER_SCHEMA]: { car: { x: 1 } } },
    ],
    [
      'is an attribute of a known extension in an object of that',
      {},
      { op: 'add', value: { [ENTERPRISE_USER_SCHEMA]: { department: 'IT', car: ['x'] } } },
      { [ENTERPRISE_USER_SCHEMA]: { department: 'IT', car: ['x'] } },
    ],
    [
      'is an extension of several dots',
      {},
      { op: 'add', value: { 'urn:acme:hr.v2': { badge: 1 } } },
      { 'urn:acme:hr.v2': { badge: 1 } },
    ],
  ])('%s', (_rule, before, operation, after) => {
    expect(apply(before, operation)).toEqual(after);
  });

  test('row 14: each of many keys of one value goes to its own extension', () => {
    const value = {
      title: 'T',
      [`${ENTERPRISE_USER_SCHEMA}:department`]: 'IT',
      [`${URN}:tag`]: 'x',
      [`${URN}:car.plate`]: 'P',
      'urn:other:2.0:User': { a: 1 },
    };
    expect(apply({}, { op: 'Replace', value })).toEqual({
      title: 'T',
      [ENTERPRISE_USER_SCHEMA]: { department: 'IT' },
      [URN]: { tag: 'x', car: { plate: 'P' } },
      'urn:other:2.0:User': { a: 1 },
    });
  });

  test('row 41: deactivates beside an attribute that nobody declared', () => {
    const operations = [
      { op: 'Replace', path: `${URN}:tag`, value: 'x' },
      { op: 'Replace', path: 'active', value: 'False' },
    ];
    expect(apply({ active: true }, ...operations)).toEqual({ active: false, [URN]: { tag: 'x' } });
  });

  test('is kept on groups too', () => {
    const operations = readPatchRequest({ Operations: [{ op: 'add', path: 'urn:a:2.0:Group:tag', value: 'x' }] });
    expect(applyPatch({ displayName: 'G' }, operations, groupTable)).toEqual({
      displayName: 'G',
      'urn:a:2.0:Group': { tag: 'x' },
    });
  });
});

describe('a list of simple values, whose `value` each of them is (RFC 7643 §2.4)', () => {
  const shifts = ['early', 'late'];
  const path = (rest: string) => `${URN}:shifts${rest}`;

  test.each<[string, Json[], Operation, Json | undefined]>([
    ['a remove', shifts, { op: 'remove', path: path('[value eq "EARLY"]') }, ['late']],
    ['a remove of the last one', ['early'], { op: 'remove', path: path('[value eq "early"]') }, undefined],
    ['a remove of its value', shifts, { op: 'remove', path: path('[value eq "early"].value') }, ['late']],
    ['a remove of all but one', [1, 2, 3], { op: 'remove', path: path('[value ne 2]') }, [2]],
    ['a replace', shifts, { op: 'replace', path: path('[value eq "early"]'), value: 'noon' }, ['noon', 'late']],
    [
      'a replace by an object',
      shifts,
      { op: 'Replace', path: path('[value eq "early"]'), value: [{ value: 'noon' }] },
      ['noon', 'late'],
    ],
    [
      'a replace of its value',
      shifts,
      { op: 'replace', path: path('[value eq "early"].Value'), value: 'noon' },
      ['noon', 'late'],
    ],
    [
      'a replace by one that is there',
      shifts,
      { op: 'replace', path: path('[value sw "e"]'), value: 'late' },
      ['late'],
    ],
    [
      'a replace that meets nothing',
      shifts,
      { op: 'replace', path: path('[value eq "x"].value'), value: 'noon' },
      ['early', 'late', 'noon'],
    ],
    [
      'another sub-attribute',
      shifts,
      { op: 'add', path: path('[value eq "early"].type'), value: 't' },
      [{ value: 'early', type: 't' }, 'late'],
    ],
    ['a remove that meets nothing', shifts, { op: 'remove', path: path('[value eq "x"]') }, shifts],
    ['a replace of all by their value', shifts, { op: 'replace', path: path('.value'), value: 'noon' }, ['noon']],
    ['an add by their value', shifts, { op: 'add', path: path('.value'), value: 'noon' }, ['early', 'late', 'noon']],
    ['a remove of all by their value', shifts, { op: 'remove', path: path('.value') }, undefined],
  ])('takes %s', (_what, before, operation, after) => {
    expect(patched({ shifts: before }, operation)).toEqual(after && { shifts: after });
  });
});

describe('the work of a PATCH on what nobody declared', () => {
  const values = Array.from({ length: 999 }, (_, n) => ({ value: `v${n}`, type: `t${n}`, z: n }));
  const times = (count: number, operation: (n: number) => Operation) =>
    Array.from({ length: count }, (_, n) => operation(n));

  /** What a PATCH ends in, and its milliseconds. */
  function measured(before: JsonObject, operations: Operation[]): { outcome: string; time: number } {
    const start = performance.now();
    let outcome = 'done';
    try {
      applyPatch({ [URN]: before }, readPatchRequest({ Operations: operations }), userTable);
    } catch (error) {
      outcome = `${(error as { status: number }).status}`;
    }
    return { outcome, time: performance.now() - start };
  }

  test('is little for 1,000 values added to a list of 999', () => {
    const add = (value: Json) =>
      measured(
        { l: values },
        times(1000, () => ({ op: 'add', path: `${URN}:l`, value })),
      );
    const wide = values.map(({ z }) => Object.fromEntries(Array.from({ length: 20 }, (_, k) => [`k${k}`, z])));
    expect(add(1)).toEqual({ outcome: 'done', time: expect.toSatisfy((time) => time < 2000) });
    const operations = times(1000, () => ({ op: 'add', path: `${URN}:l`, value: { k0: 1 } }));
    expect(measured({ l: wide }, operations)).toEqual({
      outcome: 'done',
      time: expect.toSatisfy((time) => time < 2000),
    });
  });

  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`a${n}`, 1]));
  const long = Array.from({ length: 4 }, () => 'é'.repeat(60_000)).map((text, n) => `${text}${n}`);
  const terms = (term: string) => Array(100).fill(term).join(' or ');

  test.each<[string, JsonObject, Operation[], string]>([
    [
      'filters of a hundred terms',
      { l: values },
      times(1000, () => ({ op: 'remove', path: `${URN}:l[${terms('a eq 1')}]` })),
      '413',
    ],
    [
      'filters of long texts',
      { l: long },
      times(1000, () => ({ op: 'remove', path: `${URN}:l[${terms('value co "x"')}]` })),
      '413',
    ],
    [
      'filters of a wide value',
      { l: many },
      times(1000, () => ({ op: 'remove', path: `${URN}:l[${terms('b eq 1')}]` })),
      '413',
    ],
    [
      'removals by value',
      { l: values },
      times(1000, (n) => ({ op: 'remove', path: `${URN}:l`, value: `x${n}` })),
      '413',
    ],
    [
      'a sub-attribute of all values',
      { l: values },
      times(1000, (n) => ({ op: 'add', path: `${URN}:l.z`, value: n })),
      '413',
    ],
    [
      'lists that are made anew each time',
      { l: values },
      times(1000, (n) =>
        n % 2 === 0 ? { op: 'add', path: `${URN}:l.z`, value: n } : { op: 'add', path: `${URN}:l`, value: 1 },
      ),
      '413',
    ],
    ['a wide value', { l: many }, times(1000, (n) => ({ op: 'add', path: `${URN}:l.b`, value: n })), '413'],
    [
      'a wide extension',
      many,
      times(1000, (n) => ({ op: n % 2 ? 'remove' : 'add', path: `${URN}:b`, value: n })),
      'done',
    ],
    ['20,000 attributes at once', {}, [{ op: 'add', path: URN, value: many }], 'done'],
  ])('is bounded for %s', (_what, before, operations, outcome) => {
    expect(measured(before, operations)).toEqual({ outcome, time: expect.toSatisfy((time) => time < 2000) });
  });
});
