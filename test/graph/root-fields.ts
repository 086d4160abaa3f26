import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

export interface RootField {
  operation: 'query' | 'mutation';
  name: string;
  /** A whole document that asks for this field alone. */
  text: string;
}

/** What arguments are given, each as GraphQL writes it. */
export interface Literals {
  ID: string;
  String: string;
  JSON: string;
  /** Whether optional arguments and fields of inputs are given too. */
  isComplete: boolean;
}

/** Every query and mutation of the schema, with every argument that it requires, or with all. */
export function rootFields(schema: GraphQLSchema, given: Partial<Literals>): RootField[] {
  const literals = {
    ID: '"-"',
    String: '"text"',
    JSON: '{ userName: "ada", displayName: "Ada" }',
    isComplete: false,
    ...given,
  };
  return [
    ...Object.values(schema.getQueryType()?.getFields() ?? {}).map((field) => ({ operation: 'query' as const, field })),
    ...Object.values(schema.getMutationType()?.getFields() ?? {}).map((field) => ({
      operation: 'mutation' as const,
      field,
    })),
  ].map(({ operation, field }) => ({
    operation,
    name: field.name,
    text: `${operation} { ${callOf(field, literals)} }`,
  }));
}

function callOf(field: GraphQLField<unknown, unknown>, literals: Literals): string {
  const wanted = field.args.filter(
    ({ type, defaultValue }) => literals.isComplete || (isNonNullType(type) && defaultValue === undefined),
  );
  const given = wanted.map(({ name, type }) => `${name}: ${literalOf(type, literals)}`);
  const selection = isCompositeType(getNamedType(field.type)) ? ` { ${selectionOf(field)} }` : '';
  return `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${selection}`;
}

function selectionOf(field: GraphQLField<unknown, unknown>): string {
  const type = getNamedType(field.type);
  const fields = isObjectType(type) ? type.getFields() : {};
  if (fields.errors) return 'errors { code message path }';
  return fields.totalCount ? 'totalCount' : '__typename';
}

function literalOf(type: GraphQLInputType, literals: Literals, levels = 2): string {
  if (isNonNullType(type)) return literalOf(type.ofType, literals, levels);
  if (isListType(type)) return levels === 0 ? '[]' : `[${literalOf(type.ofType, literals, levels)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    if (type.name === 'DirectoryFilter')
      return `{ compare: { attribute: "userName", operator: EQ, value: ${literals.String} } }`;
    const fields = Object.values(type.getFields());
    const wanted = fields.filter((field) => literals.isComplete || isNonNullType(field.type));
    return `{ ${wanted.map((field) => `${field.name}: ${literalOf(field.type, literals, levels - 1)}`).join(', ')} }`;
  }
  const others: Record<string, string> = { Int: '1', Boolean: 'true', DateTime: '"2026-11-22T10:30:00Z"' };
  const literal = { ...others, ID: literals.ID, String: literals.String, JSON: literals.JSON }[type.name];
  if (literal === undefined) throw new Error(`There is no literal for ${type.name}.`);
  return literal;
}
