import type { Attribute } from '../../attributes/attribute.ts';
import { typedValue } from '../../attributes/attribute-value.ts';
import { foldKey } from '../../attributes/fold.ts';
import { DomainError } from '../domain-error.ts';
import { isId } from '../id.ts';
import type { ValueSql } from './filter-places.ts';
import type { SqlParameters } from './sql-parameters.ts';

export type FilterOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le' | 'pr';

/** A comparison whose operand has the type of the attribute. */
export interface Comparison {
  /** As the caller wrote it, for messages. */
  path: string;
  operator: Exclude<FilterOperator, 'pr'>;
  operand: string | number | boolean;
}

const symbols = { gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

/**
 * SQL that is true where the value fits (RFC 7644 §3.4.2.2). A value that is not there equals nothing and has no order, so
 * that `ne` alone is true of it.
 *
 * Text that is not exact is folded by the database where no folded copy is stored: letter by letter, so that "ß" is not "ss"
 * as it is in a key. Order is that of the code points.
 */
export function compareValue(value: ValueSql, comparison: Comparison, parameters: SqlParameters): string {
  switch (value.kind) {
    case 'text':
      return compareText(value.sql, value.folding, comparison, parameters);
    case 'id':
      return compareId(value.sql, comparison, parameters);
    case 'moment':
      return compareMoment(value.sql, comparison, parameters);
    case 'flag':
      return compareFlag(value.sql, `${parameters.add(comparison.operand === true)}::boolean`, comparison);
    case 'json':
      return compareJson(value.sql, value.attribute, comparison, parameters);
  }
}

/** SQL of a value as text, as a number or as a moment: what is compared, and sorted by. */
export function scalarOf(value: ValueSql): { sql: string; type: 'text' | 'numeric' | 'timestamptz' | 'boolean' } {
  switch (value.kind) {
    case 'text':
      return { sql: value.folding === 'folded' ? folded(value.sql) : value.sql, type: 'text' };
    case 'id':
      return { sql: `${value.sql}::text`, type: 'text' };
    case 'moment':
      return { sql: value.sql, type: 'timestamptz' };
    case 'flag':
      return { sql: value.sql, type: 'boolean' };
    case 'json':
      return scalarOfJson(value.sql, value.attribute);
  }
}

function scalarOfJson(json: string, attribute: Attribute | undefined): ReturnType<typeof scalarOf> {
  switch (attribute?.type) {
    case 'boolean':
      return { sql: `(${json} = 'true'::jsonb)`, type: 'boolean' };
    case 'integer':
    case 'decimal':
      return { sql: numberOf(json), type: 'numeric' };
    case 'dateTime':
      return { sql: momentOf(textOf(json)), type: 'timestamptz' };
    default:
      return { sql: attribute?.caseExact ? textOf(json) : folded(textOf(json)), type: 'text' };
  }
}

/** The operand in the type of the attribute. Throws `filterNotSupported` for one of another type, or an operator that the type lacks. */
export function readComparison(
  attribute: Attribute | undefined,
  compare: { attribute: string; operator: FilterOperator; value?: unknown },
): Comparison {
  const { attribute: path, operator, value } = compare;
  if (operator === 'pr') throw unsupported(`${path} pr has no operand.`);
  const operand = attribute ? typedValue(attribute, value) : scalar(value);
  if (operand === undefined)
    throw unsupported(`${path} is compared with ${attribute?.type ?? 'a text, number or boolean'}.`);
  if (!operatorsOf(attribute?.type ?? typeof operand).has(operator)) {
    throw unsupported(`${path} cannot be compared by ${operator}.`);
  }
  return { path, operator, operand };
}

const equality = new Set<FilterOperator>(['eq', 'ne']);
const order = new Set<FilterOperator>([...equality, 'gt', 'ge', 'lt', 'le']);
const all = new Set<FilterOperator>([...order, 'co', 'sw', 'ew']);

function operatorsOf(type: string): ReadonlySet<FilterOperator> {
  if (type === 'boolean' || type === 'binary') return equality;
  return type === 'string' || type === 'reference' ? all : order;
}

function compareId(sql: string, comparison: Comparison, parameters: SqlParameters): string {
  const id = String(comparison.operand);
  if (comparison.operator !== 'eq') return compareText(`${sql}::text`, 'exact', comparison, parameters);
  return isId(id) ? `${sql} = ${parameters.add(id)}::uuid` : 'false';
}

function compareText(
  sql: string,
  folding: 'exact' | 'folded' | 'key',
  { operator, operand }: Comparison,
  parameters: SqlParameters,
): string {
  const given = String(operand);
  const parameter = `${parameters.add(folding === 'key' ? foldKey(given) : given)}::text`;
  const [left, right] = folding === 'folded' ? [folded(sql), folded(parameter)] : [sql, parameter];
  switch (operator) {
    case 'eq':
      return `${left} = ${right}`;
    case 'ne':
      return `((${left} = ${right}) is not true)`;
    case 'sw':
      return `${left} ^@ ${right}`;
    case 'co':
      return `strpos(${left}, ${right}) > 0`;
    case 'ew':
      return `right(${left}, length(${right})) = ${right}`;
    default:
      // The index on a key is in the order of the database, which is that of the code points where we made it.
      return `${left} ${symbols[operator]} ${right}${folding === 'key' ? '' : ' collate "C"'}`;
  }
}

function compareMoment(sql: string, { operator, operand }: Comparison, parameters: SqlParameters): string {
  return compareOrdered(sql, `${parameters.add(momentParameter(String(operand)))}::timestamptz`, operator);
}

/** PostgreSQL reads no year before 1 and none of more than four digits as we write them. */
function momentParameter(text: string): string {
  const moment = new Date(text);
  const year = moment.getUTCFullYear();
  if (year < 1) return '-infinity';
  return year > 9999 ? 'infinity' : moment.toISOString();
}

function compareFlag(left: string, right: string, { operator }: Comparison): string {
  return operator === 'ne' ? `((${left} = ${right}) is not true)` : `${left} = ${right}`;
}

function compareJson(
  json: string,
  attribute: Attribute | undefined,
  comparison: Comparison,
  parameters: SqlParameters,
): string {
  const { operand, operator } = comparison;
  const type = attribute?.type;
  if (type === 'dateTime') return compareMoment(momentOf(textOf(json)), comparison, parameters);
  if (typeof operand === 'boolean') return compareFlag(json, `${parameters.add(String(operand))}::jsonb`, comparison);
  if (typeof operand === 'number') {
    return compareOrdered(numberOf(json), `${parameters.add(String(operand))}::numeric`, operator);
  }
  const isText = attribute ? textOf(json) : `(case jsonb_typeof(${json}) when 'string' then ${textOf(json)} end)`;
  return compareText(isText, attribute?.caseExact ? 'exact' : 'folded', comparison, parameters);
}

function compareOrdered(left: string, right: string, operator: Comparison['operator']): string {
  if (operator === 'ne') return `((${left} = ${right}) is not true)`;
  if (operator === 'eq') return `${left} = ${right}`;
  if (operator in symbols) return `${left} ${symbols[operator as keyof typeof symbols]} ${right}`;
  throw unsupported(`${operator} compares texts only.`);
}

function textOf(json: string): string {
  return `(${json} #>> '{}')`;
}

function numberOf(json: string): string {
  return `(case jsonb_typeof(${json}) when 'number' then (${json} #>> '{}')::numeric end)`;
}

/**
 * A stored dateTime as a moment, in UTC without a zone, as it was checked when it came; null for any other text. Counted on
 * from the first of the month, because a 30th of February would be an error.
 */
function momentOf(text: string): string {
  return `(case when ${text} ~ '${DATE_TIME}'
    then (left(${text}, 8) || '01' || substr(${text}, 11))::timestamptz + (substr(${text}, 9, 2)::int - 1) * interval '1 day' end)`;
}

const DATE_TIME =
  '^(?!0000)\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])[Tt]([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?([Zz]|[+-](0\\d|1[0-5]):[0-5]\\d)?$';

/** Without regard to case, as far as the database knows the letters; by upper case first, so that "ς" is "σ". */
function folded(sql: string): string {
  return `lower(upper(${sql}))`;
}

function scalar(value: unknown): string | number | boolean | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

export function unsupported(message: string): DomainError {
  return new DomainError('filterNotSupported', message);
}
