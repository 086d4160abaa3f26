import { registerEnumType } from 'type-graphql';

/** `groupNameTaken`, `removed_in_product` and `users:write` as GraphQL spells them: GROUP_NAME_TAKEN, USERS_WRITE. */
export function screamingSnake(value: string): string {
  return value
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(':', '_')
    .toUpperCase();
}

/**
 * Registers a GraphQL enum over the domain's own values, each with its description, and returns the object that type
 * thunks name it by. Resolvers give and take the domain's values.
 */
export function graphEnum<Value extends string>(
  name: string,
  description: string,
  values: Readonly<Record<Value, string>>,
): Readonly<Record<string, Value>> {
  const entries = Object.entries(values) as [Value, string][];
  const members = Object.fromEntries(entries.map(([value]) => [screamingSnake(value), value]));
  const valuesConfig = Object.fromEntries(
    entries.map(([value, text]) => [screamingSnake(value), { description: text }]),
  );
  registerEnumType(members, { name, description, valuesConfig });
  return members;
}
