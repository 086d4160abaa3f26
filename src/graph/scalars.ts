import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';

/** Deeper values could exhaust the stack of whoever writes them out. */
const JSON_DEPTH_MAX = 64;
const ISO_DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** Any JSON value, passed through untouched. */
export const JSONScalar = new GraphQLScalarType<unknown>({
  name: 'JSON',
  description: `Any JSON value, passed through untouched; at most ${JSON_DEPTH_MAX} levels deep.`,
  serialize: (value) => value,
  parseValue: requireShallow,
  parseLiteral: (node, variables) => requireShallow(valueFromASTUntyped(node, variables)),
});

/** A moment: ISO 8601 in UTC with milliseconds on output, a `Date` in the domain. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'A moment in ISO 8601. Answers are in UTC with milliseconds (`2026-11-22T10:30:00.000Z`); inputs may carry any offset.',
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    throw new Error('A DateTime of the domain is a Date.');
  },
  parseValue: readDateTime,
  parseLiteral: (node) => readDateTime(node.kind === Kind.STRING ? node.value : undefined),
});

function readDateTime(value: unknown): Date {
  const moment = typeof value === 'string' && ISO_DATE_TIME.test(value) ? new Date(value) : undefined;
  if (moment && !Number.isNaN(moment.getTime())) return moment;
  throw new GraphQLError('A DateTime is written like 2026-11-22T10:30:00Z.');
}

function requireShallow(value: unknown): unknown {
  if (isShallow(value, JSON_DEPTH_MAX)) return value;
  throw new GraphQLError(`JSON is at most ${JSON_DEPTH_MAX} levels deep.`);
}

function isShallow(value: unknown, levelsLeft: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levelsLeft === 0) return false;
  // Every document passes here, so scalars are told apart before a call is spent on them.
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof item === 'object' && !isShallow(item, levelsLeft - 1)) return false;
  }
  return true;
}
