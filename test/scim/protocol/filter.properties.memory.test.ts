import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ResourceTable } from '../../../src/attributes/attribute.ts';
import { commonAttributes } from '../../../src/attributes/common-attributes.ts';
import { groupTable, userTable } from '../../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { type Filter, parseFilter, parseWrittenPath, printFilter } from '../../../src/scim/protocol/filter.ts';
import { resolveFilter } from '../../../src/scim/protocol/resolve-filter.ts';
import { ScimError } from '../../../src/scim/protocol/scim-error.ts';
import { holds } from '../../harness/properties.ts';
import { anyCase, filterOver } from './arbitraries.ts';

function pathsOf(table: ResourceTable): string[] {
  return [table.schema, ...table.extensions].flatMap(({ id, attributes }) =>
    [...commonAttributes, ...attributes].flatMap(({ name, subAttributes = [] }) => [
      name,
      `${id}:${name}`,
      ...subAttributes.map((part) => `${name}.${part.name}`),
      ...subAttributes.map((part) => `${id}:${name}.${part.name}`),
    ]),
  );
}

const paths = [...pathsOf(userTable), ...pathsOf(groupTable), 'urn:acme:params:scim:2.0:User:badge-no.x_1', 'a', 'not'];
const filter = filterOver(paths, ['value', 'type', 'primary', '$ref', 'display', 'and', 'or']);

/** The filter as text with capitals, white space and brackets where the grammar leaves the choice. */
function sloppy(tree: Filter, choose: (count: number) => number): string {
  const space = () => [' ', '  ', '\t', ' \r\n '][choose(4)] ?? ' ';
  const word = (text: string) => (choose(2) === 0 ? text : text.toUpperCase());
  const bracketed = (text: string) => (choose(4) === 0 ? `(${choose(2) === 0 ? space() : ''}${text})` : text);
  const literal = (value: unknown) => (typeof value === 'string' ? JSON.stringify(value) : word(String(value)));
  const print = (node: Filter): string => {
    if (node.kind === 'compare') {
      const head = `${node.attribute}${space()}${word(node.operator)}`;
      return bracketed(node.operator === 'pr' ? head : `${head}${space()}${literal(node.value)}`);
    }
    if (node.kind === 'valuePath') return bracketed(`${node.attribute}[${print(node.filter)}]`);
    if (node.kind === 'not') return bracketed(`${word('not')}${space()}(${print(node.filter)})`);
    const parts = node.filters.map((part) =>
      node.kind === 'and' && part.kind === 'or' ? `(${print(part)})` : print(part),
    );
    return parts.join(`${space()}${word(node.kind)}${space()}`);
  };
  return print(tree);
}

/** The outcome of a call, or the refusal; anything but a ScimError fails the test. */
function outcome<Value>(call: () => Value): Value | string {
  try {
    return call();
  } catch (error) {
    if (error instanceof ScimError) return `${error.status} ${error.scimType}`;
    throw error;
  }
}

describe('a filter', () => {
  test('is read back from its print as the same tree', () => {
    holds(
      fc.property(filter, (tree) => {
        expect(parseFilter(printFilter(tree))).toEqual(tree);
      }),
      1000,
    );
  });

  test('means the same in capitals, with more white space and with brackets that change nothing', () => {
    holds(
      fc.property(filter, fc.infiniteStream(fc.nat({ max: 3 })), (tree, choices) => {
        const written = sloppy(tree, (count) => (choices.next().value ?? 0) % count);
        // More brackets may be more levels than are taken; that is refused, never misread.
        const bound = /levels|more than/;
        try {
          expect(parseFilter(written), written).toEqual(tree);
        } catch (error) {
          if (!(error instanceof ScimError && bound.test(error.detail))) throw error;
        }
      }),
      500,
    );
  });

  test('resolved is resolved: names of any case, and a second time nothing changes', () => {
    const known = ['userName', 'name.givenName', 'emails', 'emails.type', 'meta.created', 'active', 'manager'];
    const enterprise = `${ENTERPRISE_USER_SCHEMA}:department`;
    const tree = filterOver([...known, enterprise, `${USER_SCHEMA}:title`], ['value', 'type', 'primary']);
    holds(
      fc.property(tree, fc.constantFrom(...known).chain(anyCase), (original, spelled) => {
        const resolved = outcome(() => resolveFilter(original, userTable));
        if (typeof resolved !== 'string') expect(resolveFilter(resolved, userTable)).toEqual(resolved);
        const present = (attribute: string): Filter => ({ kind: 'compare', attribute, operator: 'pr' });
        expect(resolveFilter(present(spelled), userTable)).toEqual(
          resolveFilter(present(known.find((name) => name.toLowerCase() === spelled.toLowerCase()) ?? ''), userTable),
        );
      }),
      500,
    );
  });
});

describe('the parser', () => {
  const pieces = [
    'a',
    'eq',
    '"x"',
    '(',
    ')',
    '[',
    ']',
    '.',
    'not (',
    ' and ',
    ' or ',
    '\\',
    '"',
    '-1.5e3',
    'null',
    ' ',
  ];
  const hostile = fc
    .tuple(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 60_000 }))
    .map(([parts, times]) => parts.join('').repeat(times).slice(0, 100_000));

  test('answers any text with a tree or a 400 of its own, filters and paths alike', () => {
    holds(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), hostile), (text) => {
        const read = outcome(() => parseFilter(text));
        if (typeof read === 'string') expect(read).toBe('400 invalidFilter');
        const path = outcome(() => parseWrittenPath(text));
        if (typeof path === 'string') expect(path).toBe('400 invalidPath');
      }),
      500,
    );
  });

  test('never hangs: a hundred thousand characters of nesting and repetition take no more than a moment', () => {
    holds(
      fc.property(hostile, (text) => {
        const started = performance.now();
        outcome(() => parseFilter(text));
        // Longer texts are refused unread; what is read takes a few milliseconds. The bound leaves room for a busy machine.
        outcome(() => parseFilter(text.slice(0, 8_192)));
        expect(performance.now() - started).toBeLessThan(2_000);
      }),
      150,
    );
  });
});
