import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLUnionType,
  getArgumentValues,
  getNamedType,
  getNullableType,
  getVariableValues,
  isInterfaceType,
  isListType,
  isObjectType,
  isUnionType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { PAGE_SIZE_DEFAULT } from '../domain/page.ts';

/** Objects that one operation may ask for, its lists taken as full. */
export const COST_MAX = 25_000;
/** Items of a page of plain values, such as the members of a directory group, that cost as much as one object. */
const VALUES_AN_OBJECT = 10;
/** What a list without a page is taken for, such as the groups of a user. */
const UNPAGED_LIST_SIZE = 10;

/** An operation as the caller sent it. */
export interface CostedOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Readonly<Record<string, unknown>>;
}

/** Throws BAD_USER_INPUT for an operation whose pages, multiplied, ask for too much. */
export function requireAffordable(costed: CostedOperation): void {
  const { schema, operation, variables } = costed;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  const rootType = schema.getRootType(operation.operation);
  // Variables that do not fit are refused by the execution, with their names.
  if (!coerced || !rootType) return;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of costed.document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const cost = costOf({ fragments, variables: coerced, schema }, rootType, operation.selectionSet, undefined);
  if (cost <= COST_MAX) return;
  throw new GraphQLError(
    `The operation asks for up to ${cost} objects, of at most ${COST_MAX}. Ask for smaller pages or fewer levels.`,
    { nodes: operation, extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } },
  );
}

/** A union has fields in the fragments on its members alone. */
type TypeWithFields = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType;

interface Walk {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  variables: Readonly<Record<string, unknown>>;
}

/** `pageSize` is that of the page whose fields these are. The number of fields is bounded by the limits before. */
function costOf(
  walk: Walk,
  type: TypeWithFields,
  selectionSet: SelectionSetNode,
  pageSize: number | undefined,
): number {
  let cost = 0;
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FIELD) {
      const field = isUnionType(type) ? undefined : type.getFields()[selection.name.value];
      if (!field) continue;
      const values = getArgumentValues(field, selection, walk.variables);
      if (!selection.selectionSet) {
        cost += (pageSizeOf(field, values) ?? 0) / VALUES_AN_OBJECT;
        continue;
      }
      const below = getNamedType(field.type);
      const count = isListType(getNullableType(field.type)) ? lengthOf(values, pageSize) : 1;
      const inside = hasFields(below) ? costOf(walk, below, selection.selectionSet, pageSizeOf(field, values)) : 0;
      cost += count * (1 + inside);
    } else {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : walk.fragments.get(selection.name.value);
      if (fragment) cost += costOf(walk, typeOf(walk, fragment, type), fragment.selectionSet, pageSize);
    }
  }
  return cost;
}

/** The type that a fragment is on; an object is of one type, so that counting all fragments of an interface counts too much. */
function typeOf(walk: Walk, { typeCondition }: { typeCondition?: NamedTypeNode | undefined }, around: TypeWithFields) {
  const type = typeCondition && walk.schema.getType(typeCondition.name.value);
  return type && hasFields(type) ? type : around;
}

function hasFields(type: GraphQLNamedType): type is TypeWithFields {
  return isObjectType(type) || isInterfaceType(type) || isUnionType(type);
}

/** How long the list of a field is: one item for each id that it was given, or what its page may hold. */
function lengthOf({ ids }: Record<string, unknown>, pageSize: number | undefined): number {
  return Array.isArray(ids) ? ids.length : (pageSize ?? UNPAGED_LIST_SIZE);
}

/** How many items the lists directly below a field may have: its `first` (Relay) or `count` (SCIM). */
function pageSizeOf(field: GraphQLField<unknown, unknown>, values: Record<string, unknown>): number | undefined {
  if (!field.args.some(({ name }) => name === 'first' || name === 'count')) return undefined;
  const size = values.first ?? values.count ?? PAGE_SIZE_DEFAULT;
  return typeof size === 'number' ? Math.max(size, 0) : PAGE_SIZE_DEFAULT;
}
