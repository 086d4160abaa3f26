import type { ResourceTable } from '../../attributes/attribute.ts';
import { type FoundAttribute, findAttribute } from '../../attributes/find-attribute.ts';
import { foldKey } from '../../attributes/fold.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../attributes/urns.ts';
import { DomainError } from '../domain-error.ts';
import { isId } from '../id.ts';

/** A filter as it crosses the API: exactly one member each. Attributes are canonical SCIM paths. */
export interface DirectoryFilter {
  and?: DirectoryFilter[] | null;
  or?: DirectoryFilter[] | null;
  not?: DirectoryFilter | null;
  compare?: AttributeComparison | null;
  valuePath?: { attribute: string; filter: DirectoryFilter } | null;
}

export interface AttributeComparison {
  attribute: string;
  operator: 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le' | 'pr';
  value?: unknown;
}

/** SQL over the row `d`, with its parameters numbered on from those that stand already. */
export interface FilterSql {
  text: string;
  values: unknown[];
}

const DEPTH_MAX = 20;
const NODES_MAX = 100;
const NOTHING = 'false';

/**
 * Compiles a filter to SQL over `directory_users d` or `directory_groups d`. What is indexed compares a folded column or
 * a key row; any other declared attribute reads the documents of the directory. Throws `filterNotSupported` for what is
 * not compiled, unknown attributes included: a filter is never widened.
 */
export function compileFilter(table: ResourceTable, filter: DirectoryFilter, firstParameter: number): FilterSql {
  const values: unknown[] = [];
  let nodes = 0;
  const parameter = (value: unknown): string => {
    values.push(value);
    return `$${firstParameter + values.length - 1}`;
  };

  function compile(node: DirectoryFilter, depth: number, item?: string): string {
    nodes += 1;
    if (depth > DEPTH_MAX || nodes > NODES_MAX) throw unsupported('The filter is too large.');
    const { and, or, not, compare, valuePath } = node;
    if ([and, or, not, compare, valuePath].filter((part) => part != null).length !== 1) {
      throw unsupported('A filter has exactly one of and, or, not, compare, valuePath.');
    }
    if (and) return joined(and, ' and ', depth, item);
    if (or) return joined(or, ' or ', depth, item);
    if (not) return `((${compile(not, depth + 1, item)}) is not true)`;
    if (compare) return item ? compareItem(table, compare, item, parameter) : compareRow(table, compare, parameter);
    if (valuePath && !item) return compileValuePath(valuePath, depth);
    throw unsupported('A value path stands inside no other value path.');
  }

  function joined(filters: DirectoryFilter[], word: string, depth: number, item?: string): string {
    if (filters.length === 0) throw unsupported('and and or name at least one filter.');
    return `(${filters.map((part) => compile(part, depth + 1, item)).join(word)})`;
  }

  function compileValuePath(path: { attribute: string; filter: DirectoryFilter }, depth: number): string {
    const found = known(table, path.attribute);
    if (!found.attribute.multiValued || found.subAttribute)
      throw unsupported(`${path.attribute} has no values to choose from.`);
    if (found.attribute.keptApart) return compileMembers(path.filter);
    const wanted = equalities(path.filter);
    const value = wanted?.get(`${found.canonicalPath}.value`);
    const isWorkEmail =
      wanted?.size === 2 && found.canonicalPath === 'emails' && fold(wanted.get('emails.type')) === 'work';
    if (isWorkEmail && typeof value === 'string') return `d.email_key = ${parameter(foldKey(value))}`;
    const narrowed =
      typeof value === 'string' && hasKeyRows(`${found.canonicalPath}.value`)
        ? `${keyed(`${found.canonicalPath}.value`, value, parameter)} and `
        : '';
    return `(${narrowed}exists (select 1 from ${itemsOf(documentAt(found))} item where ${compile(path.filter, depth + 1, 'item')}))`;
  }

  function compileMembers(filter: DirectoryFilter): string {
    const value = equalities(filter)?.get('members.value');
    if (typeof value !== 'string') throw unsupported('members are found by value only.');
    return isMember(value, parameter);
  }

  return { text: compile(filter, 1), values };
}

type Parameter = (value: unknown) => string;

function compareRow(table: ResourceTable, compare: AttributeComparison, parameter: Parameter): string {
  const { canonicalPath, attribute, subAttribute } = known(table, compare.attribute);
  const value = equalTo(compare);
  const isUser = table.resourceType === 'User';
  if (canonicalPath === 'id') return typeof value === 'string' && isId(value) ? `d.id = ${parameter(value)}` : NOTHING;
  if (canonicalPath === 'externalId') return `d.external_id = ${parameter(text(value))}`;
  if (canonicalPath === 'members.value') return isMember(text(value), parameter);
  if (canonicalPath === 'userName') return `d.user_name_key = ${parameter(foldKey(text(value)))}`;
  if (canonicalPath === 'displayName' && !isUser) return `d.display_name_key = ${parameter(foldKey(text(value)))}`;
  if (canonicalPath === 'active') return `d.active = ${parameter(value === true)}`;
  if (canonicalPath === `${ENTERPRISE_USER_SCHEMA}:manager.value`) return `d.manager_id = ${parameter(text(value))}`;
  if (canonicalPath === 'emails.value') {
    const key = parameter(foldKey(text(value)));
    return `(d.email_key = ${key} or ${keyRow(canonicalPath, key)})`;
  }
  if (attribute.keptApart) throw unsupported('members are found by value only.');
  if (hasKeyRows(canonicalPath)) return keyed(canonicalPath, text(value), parameter);
  if (attribute.multiValued && subAttribute) {
    return `exists (select 1 from ${itemsOf(`d.resource->'${attribute.name}'`)} item where ${compareItem(table, compare, 'item', parameter)})`;
  }
  if (attribute.type === 'complex' && !subAttribute) throw unsupported(`${compare.attribute} has no value of its own.`);
  return compareJson(documentAt(known(table, compare.attribute)), compare, subAttribute ?? attribute, parameter);
}

function compareItem(table: ResourceTable, compare: AttributeComparison, item: string, parameter: Parameter): string {
  const { subAttribute } = known(table, compare.attribute);
  if (!subAttribute) throw unsupported(`${compare.attribute} is no sub-attribute.`);
  return compareJson(`${item}->'${subAttribute.name}'`, compare, subAttribute, parameter);
}

/** A JSON value against the operand; text without exact case is compared folded, as far as the database folds. */
function compareJson(
  json: string,
  compare: AttributeComparison,
  attribute: { caseExact: boolean },
  parameter: Parameter,
): string {
  const value = equalTo(compare);
  if (typeof value !== 'string') return `${json} = ${parameter(JSON.stringify(value))}::jsonb`;
  if (attribute.caseExact) return `(${json} #>> '{}') = ${parameter(value)}`;
  return `lower(${json} #>> '{}') = lower(${parameter(value)})`;
}

function known(table: ResourceTable, path: string): FoundAttribute {
  const found = findAttribute(table, path);
  if (!found || ['meta', 'schemas', 'groups', 'password'].includes(found.attribute.name)) {
    throw unsupported(`Nothing can be found by ${path}.`);
  }
  return found;
}

/** The names come from the attribute tables, so they are safe as SQL text. */
function documentAt({ schema, attribute, subAttribute }: FoundAttribute): string {
  const isExtension = schema.id === ENTERPRISE_USER_SCHEMA;
  const path = [...(isExtension ? [schema.id] : []), attribute.name, ...(subAttribute ? [subAttribute.name] : [])];
  return `(d.resource #> '{${path.map((name) => `"${name}"`).join(',')}}')`;
}

/** The values of a multi-valued attribute as rows; none where it is unassigned. */
function itemsOf(json: string): string {
  return `jsonb_array_elements(case jsonb_typeof(${json}) when 'array' then ${json} end)`;
}

function hasKeyRows(path: string): boolean {
  return ['emails.value', 'phoneNumbers.value', `${ENTERPRISE_USER_SCHEMA}:employeeNumber`].includes(path);
}

function keyed(path: string, value: string, parameter: Parameter): string {
  const key = parameter(foldKey(value));
  return path === 'emails.value' ? `(d.email_key = ${key} or ${keyRow(path, key)})` : keyRow(path, key);
}

function keyRow(path: string, key: string): string {
  return `d.id in (select k.directory_user_id from directory_user_keys k
    where k.organization_id = $1 and k.directory_id = $2 and k.attribute = '${path}' and k.key = ${key})`;
}

function isMember(value: string, parameter: Parameter): string {
  if (!isId(value)) return NOTHING;
  return `exists (select 1 from directory_group_members m where m.organization_id = $1
    and m.directory_group_id = d.id and m.directory_user_id = ${parameter(value)})`;
}

/** The compared paths of a conjunction of equalities, or undefined for any other filter. */
function equalities(filter: DirectoryFilter): Map<string, unknown> | undefined {
  const parts = filter.and ?? [filter];
  const wanted = new Map<string, unknown>();
  for (const { compare } of parts) {
    if (compare?.operator !== 'eq' || wanted.has(compare.attribute)) return undefined;
    wanted.set(compare.attribute, compare.value);
  }
  return wanted;
}

function equalTo(compare: AttributeComparison): string | number | boolean {
  const { operator, value } = compare;
  if (operator !== 'eq') throw unsupported(`The operator ${operator} is not supported; eq is.`);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw unsupported(`${compare.attribute} is compared with a text, a number or a boolean.`);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}

function fold(value: unknown): string | undefined {
  return typeof value === 'string' ? foldKey(value) : undefined;
}

function unsupported(message: string): DomainError {
  return new DomainError('filterNotSupported', message);
}
