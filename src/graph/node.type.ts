import { Field, ID, InterfaceType } from 'type-graphql';

/** A row as the answer to `node`: with the name of its type, which its columns do not tell. */
export type NamedNode = { __typename: string; id: string };

@InterfaceType('Node', {
  description: 'Whatever has an id of its own: `node(id)` reads it again.',
  resolveType: (node: NamedNode) => node.__typename,
})
export abstract class NodeType {
  @Field(() => ID, { description: 'The id, unique among all objects.' })
  id: string;
}
