import type { FoundAttribute } from '../../attributes/find-attribute.ts';
import { foldKey } from '../../attributes/fold.ts';
import { keyProblem } from '../../attributes/text.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../attributes/urns.ts';
import { isId } from '../id.ts';
import type { Comparison } from './filter-comparison.ts';
import type { QueryScope } from './filter-places.ts';

const MANAGER = `${ENTERPRISE_USER_SCHEMA}:manager.value`;
const NOTHING = 'false';

/** A comparison with the attribute that it is about. */
export type FoundComparison = Comparison & { found: FoundAttribute };

/**
 * SQL that finds the records that fit by an index, or undefined where none helps. They are an array of ids, which the planner
 * looks up by the primary key whatever it knows of the table.
 */
export function indexedCondition(scope: QueryScope, comparison: FoundComparison): string | undefined {
  const { found, operator, operand } = comparison;
  const { table, parameters } = scope;
  if (operator !== 'eq' && operator !== 'sw') return undefined;
  const symbol = operator === 'eq' ? '=' : '^@';
  const text = String(operand);
  switch (`${table.resourceType} ${operator} ${found.canonicalPath}`) {
    case `User eq ${MANAGER}`:
      // Ids are kept as they were sent, and some write them in capitals.
      return `d.manager_id = any(${parameters.add([...new Set([text, text.toLowerCase(), text.toUpperCase()])])}::text[])`;
    case 'Group eq members.value':
      return isId(text) ? anyOf(groupsOf(parameters.add(text))) : NOTHING;
    case 'User eq groups.value':
      return isId(text) ? anyOf(membersOf(parameters.add(text))) : NOTHING;
  }
  if (!isKeptAsKeys(scope, found) || keyProblem(text) !== undefined) return undefined;
  const key = `${parameters.add(keyTextOf(found, text))}::text`;
  const byKey = keyRows(parameters.add(found.canonicalPath), symbol, key);
  return anyOf(found.canonicalPath === 'emails.value' ? `${byWorkEmail(symbol, key)} union all ${byKey}` : byKey);
}

/** The same for a value path: `exists` tests the values of a candidate and has the last word. */
export function indexedValuePath(
  scope: QueryScope,
  { comparisons, isAll }: { comparisons: FoundComparison[]; isAll: boolean },
  exists: string,
): string {
  const workEmail = isAll ? workEmailOf(scope, comparisons) : undefined;
  if (workEmail !== undefined) return hasWorkEmail(scope, workEmail, exists);
  for (const comparison of comparisons) {
    const candidates = indexedCondition(scope, comparison);
    if (candidates !== undefined) return `(${candidates} and ${exists})`;
  }
  return exists;
}

function isKeptAsKeys({ table }: QueryScope, { isOpen, attribute, subAttribute }: FoundAttribute): boolean {
  return table.resourceType === 'User' && !isOpen && (subAttribute ?? attribute).search === 'key';
}

/** As the key rows are written: folded unless the case matters, moments in UTC. */
function keyTextOf({ attribute, subAttribute }: FoundAttribute, text: string): string {
  const { type, caseExact } = subAttribute ?? attribute;
  if (type === 'dateTime') return new Date(text).toISOString();
  return type === 'string' && !caseExact ? foldKey(text) : text;
}

/** The operand of Entra's `emails[type eq "work"].value eq "…"`. */
function workEmailOf({ table }: QueryScope, comparisons: FoundComparison[]): string | undefined {
  if (table.resourceType !== 'User' || comparisons.length !== 2) return undefined;
  const operandOf = (path: string) => {
    const found = comparisons.find(
      ({ found: { canonicalPath }, operator }) => canonicalPath === path && operator === 'eq',
    );
    return typeof found?.operand === 'string' ? foldKey(found.operand) : undefined;
  };
  return operandOf('emails.type') === 'work' ? operandOf('emails.value') : undefined;
}

/** The first work address has a column; a second one is found as any other address is. */
function hasWorkEmail({ parameters }: QueryScope, folded: string, exists: string): string {
  const key = `${parameters.add(folded)}::text`;
  const byKey = anyOf(keyRows(parameters.add('emails.value'), '=', key));
  const others = `select d.id from directory_users d
    where d.organization_id = $1 and d.directory_id = $2 and ${byKey} and ${exists}`;
  return anyOf(`${byWorkEmail('=', key)} union all ${others}`);
}

function byWorkEmail(symbol: string, key: string): string {
  return `select e.id from directory_users e where e.organization_id = $1 and e.directory_id = $2 and e.email_key ${symbol} ${key}`;
}

function keyRows(attribute: string, symbol: string, key: string): string {
  return `select k.directory_user_id from directory_user_keys k
    where k.organization_id = $1 and k.directory_id = $2 and k.attribute = ${attribute}::text and k.key ${symbol} ${key}`;
}

function groupsOf(user: string): string {
  return `select m.directory_group_id from directory_group_members m
    where m.organization_id = $1 and m.directory_user_id = ${user}::uuid`;
}

function membersOf(group: string): string {
  return `select m.directory_user_id from directory_group_members m
    where m.organization_id = $1 and m.directory_group_id = ${group}::uuid`;
}

function anyOf(ids: string): string {
  return `d.id = any(array(${ids}))`;
}
