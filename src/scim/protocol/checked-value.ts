import type { AttributeProblem } from '../../attributes/attribute-value.ts';
import { scimErrors } from './scim-error.ts';

/** The result of reading a value, or a 400 `invalidValue` with the first problem that the reading met. */
export function checkedValue<Value>(read: (problems: AttributeProblem[]) => Value): Value {
  const problems: AttributeProblem[] = [];
  const value = read(problems);
  const first = problems[0];
  if (first !== undefined) throw scimErrors.invalidValue(`"${first.path}" ${first.message}`);
  return value;
}
