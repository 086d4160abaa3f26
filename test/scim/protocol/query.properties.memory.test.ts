import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readIfMatch } from '../../../src/scim/protocol/etag.ts';
import { readPaging } from '../../../src/scim/protocol/list.ts';
import { readQuery } from '../../../src/scim/protocol/query.ts';
import { ScimError } from '../../../src/scim/protocol/scim-error.ts';
import { holds } from '../../harness/properties.ts';
import { anyCase } from './arbitraries.ts';

function outcome<Value>(call: () => Value): Value | ScimError {
  try {
    return call();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}

const parameters = [
  'filter',
  'attributes',
  'excludedAttributes',
  'startIndex',
  'count',
  'sortBy',
  'sortOrder',
] as const;

test('a query string of any bytes is read, or refused as invalidSyntax', () => {
  const wild = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('%', '%2', '%C3', '=', '&', '?', '+', 'filter', 'count=1', '%00', 'ü'), { maxLength: 30 })
      .map((parts) => parts.join('')),
  );
  holds(
    fc.property(wild, (search) => {
      const query = outcome(() => readQuery(search));
      if (query instanceof ScimError) expect([query.status, query.scimType]).toEqual([400, 'invalidSyntax']);
      else for (const value of Object.values(query)) expect(typeof value).toBe('string');
    }),
    1000,
  );
});

test('what a form encodes is read back, names in any case and unknown ones passed over', () => {
  const value = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed());
  const sent = fc.uniqueArray(
    fc
      .constantFrom(...parameters)
      .chain((name) => fc.record({ name: fc.constant(name), spelled: anyCase(name), value })),
    { selector: ({ name }) => name },
  );
  holds(
    fc.property(sent, fc.constantFrom('', '&', '&aadOptscim062020', '&unknown=1'), (pairs, tail) => {
      const search = `?${new URLSearchParams(pairs.map(({ spelled, value }) => [spelled, value] as [string, string]))}${tail}`;
      expect(readQuery(search)).toEqual(Object.fromEntries(pairs.map(({ name, value }) => [name, value])));
    }),
    500,
  );
});

test('any startIndex and count is a page within the bounds, or refused', () => {
  const text = fc.option(fc.oneof(fc.string(), fc.bigInt().map(String), fc.double().map(String)), { nil: undefined });
  holds(
    fc.property(text, text, (startIndex, count) => {
      const paging = outcome(() => readPaging({ startIndex, count }));
      if (paging instanceof ScimError) {
        expect(paging.status).toBe(400);
        return;
      }
      expect(paging.startIndex).toBeGreaterThanOrEqual(1);
      expect(paging.count).toBeGreaterThanOrEqual(0);
      expect(paging.count).toBeLessThanOrEqual(1000);
      expect([paging.startIndex, paging.count].every(Number.isSafeInteger)).toBe(true);
    }),
    1000,
  );
});

test('any If-Match is a condition, never an error, and only versions that can be', () => {
  holds(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.nat().map((version) => `W/"${version}", "x"`),
      ),
      (header) => {
        const condition = readIfMatch(header);
        if (condition?.kind === 'versions')
          for (const version of condition.versions) expect(version).toBeLessThanOrEqual(2_147_483_647);
      },
    ),
    1000,
  );
});
