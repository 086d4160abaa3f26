import { GraphQLError, parseValue } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DateTimeScalar, JSONScalar } from '../../src/graph/scalars.ts';

describe('DateTime', () => {
  it('is written in UTC with milliseconds', () => {
    expect(DateTimeScalar.serialize(new Date(Date.UTC(2026, 10, 22, 10, 30)))).toBe('2026-11-22T10:30:00.000Z');
  });

  it.each(['2026-11-22T10:30:00Z', '2026-11-22T12:30:00+02:00', '2026-11-22T10:30Z', '2026-11-22T10:30:00.000000Z'])(
    'reads %s',
    (text) => {
      expect(DateTimeScalar.parseValue(text)).toEqual(new Date(Date.UTC(2026, 10, 22, 10, 30)));
    },
  );

  it.each(['2026-11-22', 'yesterday', '2026-13-22T10:30:00Z', '2026-11-22T10:30:00', 1_790_000_000, null, {}])(
    'refuses %j',
    (value) => {
      expect(() => DateTimeScalar.parseValue(value)).toThrow(GraphQLError);
    },
  );
});

describe('JSON', () => {
  it('passes a value through untouched, as a variable and as a literal', () => {
    const value = { a: [1, 'two', null, true], b: { c: 1.5 } };
    expect(JSONScalar.parseValue(value)).toBe(value);
    expect(JSONScalar.serialize(value)).toBe(value);
    const literal = parseValue('{ a: [1, "two", null, true], b: { c: 1.5 } }');
    expect(JSONScalar.parseLiteral(literal)).toEqual(value);
  });

  it('refuses what is deeper than 64 levels, which could exhaust the stack', () => {
    const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
    expect(JSONScalar.parseValue(nested(64))).toEqual(nested(64));
    expect(() => JSONScalar.parseValue(nested(65))).toThrow(GraphQLError);
    expect(() => JSONScalar.parseValue(nested(5_000))).toThrow(GraphQLError);
  });
});
