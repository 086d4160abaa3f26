import { type AttributeProblem, invalidValue } from './attribute-value.ts';
import { isJsonObject } from './json.ts';
import { textProblem } from './text.ts';

export type MemberValues =
  /** `values` is undefined when the body has no `members` at all. */
  | { readonly ok: true; readonly values: string[] | undefined }
  | { readonly ok: false; readonly problems: AttributeProblem[] };

const MEMBER_VALUE_LENGTH_MAX = 256;
const PROBLEMS_MAX = 20;

/** The ids in `members` of a group's POST or PUT body, each once, in order. */
export function memberValues(json: unknown): MemberValues {
  const entry = isJsonObject(json) ? Object.entries(json).find(([key]) => key.toLowerCase() === 'members') : undefined;
  if (entry === undefined) return { ok: true, values: undefined };
  const problems: AttributeProblem[] = [];
  const values = memberIds(entry[1], problems);
  return problems.length === 0 ? { ok: true, values } : { ok: false, problems: problems.slice(0, PROBLEMS_MAX) };
}

/** The ids in a value of `members`: a list or a single value, of objects or plain strings; null and "" are none. */
export function memberIds(value: unknown, problems: AttributeProblem[]): string[] {
  if (value === null || value === undefined || value === '') return [];
  const items: unknown[] = Array.isArray(value) ? value : [value];
  const ids = new Set<string>();
  for (const [position, item] of items.entries()) {
    const path = `members[${position}]`;
    const id = isJsonObject(item) ? item.value : item;
    if (isJsonObject(item) && isGroup(item)) {
      problems.push(invalidValue(path, 'is a group; groups in groups are not supported'));
    } else if (typeof id !== 'string' || id === '') {
      problems.push(invalidValue(`${path}.value`, 'must be the id of a user'));
    } else {
      const message = textProblem(id, MEMBER_VALUE_LENGTH_MAX);
      if (message !== undefined) problems.push(invalidValue(`${path}.value`, message));
      ids.add(id);
    }
  }
  return [...ids];
}

function isGroup(member: { type?: unknown; $ref?: unknown }): boolean {
  const { type, $ref } = member;
  return (
    (typeof type === 'string' && type.toLowerCase() === 'group') ||
    (typeof $ref === 'string' && /\/groups\//i.test($ref))
  );
}
