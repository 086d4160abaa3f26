import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';

/** One value that a caller may give somewhere in the arguments of a field. */
export interface InputLeaf {
  /** Such as `input.directoryId`. */
  path: string;
  name: string;
  type: string;
  isList: boolean;
  isRequired: boolean;
  /** A value that the type allows. */
  sample: unknown;
}

/** One field of Query or Mutation as an operation that selects what it answers, two objects deep. */
export interface FieldOperation {
  name: string;
  kind: 'query' | 'mutation';
  text: string;
  leaves: InputLeaf[];
  /** Variables of which each leaf has the given value; undefined leaves it out, or takes its sample where it is required. */
  variables(valueFor: (leaf: InputLeaf) => unknown): Record<string, unknown>;
}

/** Every field of Query and Mutation in the committed schema. */
export function allOperations(): FieldOperation[] {
  const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  const fields = (kind: 'query' | 'mutation') =>
    Object.values((kind === 'query' ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {});
  return (['query', 'mutation'] as const).flatMap((kind) => fields(kind).map((field) => operationOf(kind, field)));
}

function operationOf(kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>): FieldOperation {
  const declared = field.args.map((argument) => `$${argument.name}: ${argument.type}`);
  const passed = field.args.map(({ name }) => `${name}: $${name}`);
  const inParentheses = (parts: string[]) => (parts.length > 0 ? `(${parts.join(', ')})` : '');
  return {
    name: field.name,
    kind,
    text: `${kind} Op${inParentheses(declared)} { ${field.name}${inParentheses(passed)} ${selection(field.type, 2)} }`,
    leaves: field.args.flatMap((argument) => leavesOf(argument, '', [])),
    variables: (valueFor) => objectOf(field.args, '', [], valueFor),
  };
}

function selection(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (isInterfaceType(named)) return '{ __typename id }';
  if (isUnionType(named)) return '{ __typename }';
  if (!isObjectType(named)) return '';
  const selected = Object.values(named.getFields()).flatMap((field) => {
    if (isLeafType(getNamedType(field.type))) return `${field.name}${nestedArguments(field)}`;
    // The nodes of a connection say all that its edges do.
    if (depth === 0 || field.name === 'edges') return [];
    return `${field.name}${nestedArguments(field)} ${selection(field.type, depth - 1)}`;
  });
  return `{ ${selected.length > 0 ? selected.join(' ') : '__typename'} }`;
}

/** A few items of a list, and a value for what a nested field has to be given. */
function nestedArguments({ args }: GraphQLField<unknown, unknown>): string {
  const given = args.flatMap((argument) => {
    if (argument.name === 'first') return 'first: 5';
    if (!isRequiredArgument(argument)) return [];
    const named = getNamedType(argument.type);
    const value = isEnumType(named) ? named.getValues()[0]?.name : JSON.stringify(samples[named.name]);
    return `${argument.name}: ${value}`;
  });
  return given.length > 0 ? `(${given.join(', ')})` : '';
}

type Input = GraphQLArgument | GraphQLInputField;

/** The types on the way stop a filter from containing itself. */
function leavesOf(input: Input, prefix: string, way: GraphQLInputType[]): InputLeaf[] {
  const path = `${prefix}${input.name}`;
  const named = getNamedType(input.type);
  if (isInputObjectType(named)) {
    if (way.includes(named)) return [];
    return Object.values(named.getFields()).flatMap((field) => leavesOf(field, `${path}.`, [...way, named]));
  }
  return [
    {
      path,
      name: input.name,
      type: named.name,
      isList: isListType(getNullableType(input.type)),
      isRequired: isRequired(input),
      sample: isEnumType(named) ? named.getValues()[0]?.name : samples[named.name],
    },
  ];
}

const samples: Record<string, unknown> = {
  ID: '019b0000-0000-7000-8000-000000000000',
  String: 'text',
  Int: 1,
  Boolean: true,
  DateTime: '2030-01-01T00:00:00.000Z',
  JSON: {},
};

function objectOf(
  inputs: readonly Input[],
  prefix: string,
  way: GraphQLInputType[],
  valueFor: (leaf: InputLeaf) => unknown,
): Record<string, unknown> {
  const entries = inputs.flatMap((input): [string, unknown][] => {
    const named = getNamedType(input.type);
    const isList = isListType(getNullableType(input.type));
    if (isInputObjectType(named)) {
      if (way.includes(named)) return [];
      const fields = Object.values(named.getFields());
      const isGiven = leavesOf(input, prefix, way).some((leaf) => valueFor(leaf) !== undefined);
      if (!isGiven && !isRequired(input)) return [];
      const object = objectOf(fields, `${prefix}${input.name}.`, [...way, named], valueFor);
      return [[input.name, isList ? [object] : object]];
    }
    const [leaf] = leavesOf(input, prefix, way);
    const value = leaf && (valueFor(leaf) ?? (leaf.isRequired ? leaf.sample : undefined));
    if (value === undefined) return [];
    return [[input.name, isList && !Array.isArray(value) ? [value] : value]];
  });
  return Object.fromEntries(entries);
}

function isRequired(input: Input): boolean {
  return isNonNullType(input.type);
}
