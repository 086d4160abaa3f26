import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** Tokens of a document; the parser stops behind them. */
export const TOKENS_MAX = 2_000;

export const DEPTH_MAX = 12;
/** The standard introspection query is 15 fields deep; graphql-js itself refuses circular ones. */
const INTROSPECTION_DEPTH_MAX = 16;
export const ALIASES_MAX = 30;
export const ROOT_FIELDS_MAX = 20;
/** Fields of an operation, each counted as often as fragments bring it. */
export const FIELDS_MAX = 1_000;
export const DIRECTIVES_MAX = 50;

interface Size {
  depth: number;
  introspectionDepth: number;
  aliases: number;
  rootFields: number;
  fields: number;
}

const NOTHING: Readonly<Size> = { depth: 0, introspectionDepth: 0, aliases: 0, rootFields: 0, fields: 0 };

const limits: Readonly<Record<keyof Size, { max: number; what: string }>> = {
  depth: { max: DEPTH_MAX, what: 'levels of fields' },
  introspectionDepth: { max: INTROSPECTION_DEPTH_MAX, what: 'levels of introspection' },
  aliases: { max: ALIASES_MAX, what: 'aliases' },
  rootFields: { max: ROOT_FIELDS_MAX, what: 'fields at the root' },
  fields: { max: FIELDS_MAX, what: 'fields, fragments counted where they are spread' },
};

/** Refuses operations that are too deep, too wide, or that repeat too much. Names that a caller chooses play no part. */
const sizeRule: ValidationRule = (context: ValidationContext): ASTVisitor => {
  const sizeOf = fragmentSizes(context);
  return {
    OperationDefinition(operation) {
      const size = sum(operation.selectionSet.selections, sizeOf);
      for (const [key, { max, what }] of Object.entries(limits) as [keyof Size, { max: number; what: string }][]) {
        if (size[key] <= max) continue;
        context.reportError(new GraphQLError(`An operation has at most ${max} ${what}.`, { nodes: operation }));
      }
    },
  };
};

const directivesRule: ValidationRule = (context: ValidationContext): ASTVisitor => {
  let count = 0;
  return {
    Directive(node) {
      count += 1;
      if (count !== DIRECTIVES_MAX + 1) return;
      context.reportError(new GraphQLError(`A document has at most ${DIRECTIVES_MAX} directives.`, { nodes: node }));
    },
  };
};

/** The limits that a document shows by itself; those that depend on variables are in `cost.ts`. */
export const limitRules: readonly ValidationRule[] = [sizeRule, directivesRule];

type SizeOfFragment = (name: string) => Readonly<Size>;

/** Each fragment is measured once, however often it is spread, so that fragments of fragments cost no time. */
function fragmentSizes(context: ValidationContext): SizeOfFragment {
  const sizes = new Map<string, Readonly<Size>>();
  return function sizeOf(name) {
    const known = sizes.get(name);
    if (known) return known;
    // A cycle is refused by graphql-js; here it only has to end.
    sizes.set(name, NOTHING);
    const fragment: FragmentDefinitionNode | null | undefined = context.getFragment(name);
    const size = fragment ? sum(fragment.selectionSet.selections, sizeOf) : NOTHING;
    sizes.set(name, size);
    return size;
  };
}

function sum(selections: readonly SelectionNode[], sizeOf: SizeOfFragment): Size {
  const total = { ...NOTHING };
  for (const selection of selections) {
    const size = measure(selection, sizeOf);
    total.depth = Math.max(total.depth, size.depth);
    total.introspectionDepth = Math.max(total.introspectionDepth, size.introspectionDepth);
    total.aliases += size.aliases;
    total.rootFields += size.rootFields;
    total.fields += size.fields;
  }
  return total;
}

function measure(selection: SelectionNode, sizeOf: SizeOfFragment): Readonly<Size> {
  if (selection.kind === Kind.FRAGMENT_SPREAD) return sizeOf(selection.name.value);
  if (selection.kind === Kind.INLINE_FRAGMENT) return sum(selection.selectionSet.selections, sizeOf);
  const below = sum(selection.selectionSet?.selections ?? [], sizeOf);
  // The name of the field itself, which no alias, operation or fragment can take; from there only introspection follows.
  const isIntrospection = selection.name.value === '__schema' || selection.name.value === '__type';
  const depth = below.depth + 1;
  return {
    depth: isIntrospection ? 1 : depth,
    introspectionDepth: isIntrospection ? depth : below.introspectionDepth,
    aliases: below.aliases + (selection.alias ? 1 : 0),
    rootFields: 1,
    fields: below.fields + 1,
  };
}
