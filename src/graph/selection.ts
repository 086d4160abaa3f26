import {
  type DirectiveNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
} from 'graphql';

/** True when the caller selects the field at this path below the one being resolved, fragments and directives counted. */
export function selects(info: GraphQLResolveInfo, ...path: string[]): boolean {
  return info.fieldNodes.some((node) => selectsIn(info, node.selectionSet?.selections, path));
}

function selectsIn(
  info: GraphQLResolveInfo,
  selections: readonly SelectionNode[] | undefined,
  path: readonly string[],
): boolean {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  return (selections ?? []).some((selection) => {
    if (!isIncluded(info, selection)) return false;
    if (selection.kind === Kind.FIELD) {
      return selection.name.value === name && selectsIn(info, selection.selectionSet?.selections, rest);
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : info.fragments[selection.name.value];
    return selectsIn(info, fragment?.selectionSet.selections, path);
  });
}

function isIncluded(
  info: GraphQLResolveInfo,
  node: SelectionNode & { directives?: readonly DirectiveNode[] },
): boolean {
  if (!node.directives?.length) return true;
  const { variableValues } = info;
  const isSkipped = getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.if === true;
  return !isSkipped && getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.if !== false;
}
