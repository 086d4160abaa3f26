// A list, from the table to the schema. In one order, that of ids, the domain calls `readPage` and the resolver
//
//   @Args(() => PageArgs) args: PageArgs  →  readConnection(args, (page) => domain.links.list(who, page, filter))
//
// In several orders, the store holds an `OrderedList` (src/domain/ordered-list.ts), whose filters stand in the statement only
// when they are asked for, and the use case reads it:
//
//   list(actor, page: OrderedPageRequest<GroupOrderField>, filter)
//     →  groupList.read(this.#database, actor.organizationId, page, { values: […], filters: { isLinked: given(filter.isLinked) } })
//
// and the resolver the arguments that `orderedPageArgs` makes, which hold `orderBy` besides `first` and `after`:
//
//   const GroupPageArgs = orderedPageArgs('Group', { createdAt: '…', name: '…' })
//   @Args(() => GroupPageArgs) args: OrderedPageRequest<GroupOrderField>  →  readConnection as above
//
// Who makes other items of the rows of a page keeps its places: `{ ...page, items: page.items.map(…) }`.
import { ArgsType, type ClassType, Field, InputType, Int, ObjectType } from 'type-graphql';
import type { Order, OrderDirection, OrderedPageRequest } from '../domain/ordered-list.ts';
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, type Page } from '../domain/page.ts';
import { graphEnum } from './enum.ts';

@ObjectType('PageInfo', { simpleResolvers: true, description: 'Where a page of a list stands.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether more follows; ask on with `after: endCursor`.' })
  hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether this page was asked for behind another one.' })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first item; null on an empty page.' })
  startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last item; null on an empty page.' })
  endCursor: string | null;
}

/** The Relay connection of a list: `name` is that of its items' type. */
export function connectionType(name: string, node: () => ClassType): ClassType {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `A ${name} and its place in a list.` })
  class Edge {
    @Field(() => String, { description: 'The place in the list, opaque; give it as `after` to read on from here.' })
    cursor: string;

    @Field(node, { description: 'The item.' })
    node: unknown;
  }

  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: `A page of a list of ${name} items.` })
  class Connection {
    @Field(() => [Edge], { description: 'The items with their places.' })
    edges: Edge[];

    @Field(() => [node()], { description: 'The items alone.' })
    nodes: unknown[];

    @Field(() => PageInfoType, { description: 'Where this page stands.' })
    pageInfo: PageInfoType;
  }
  return Connection;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many items, at most ${PAGE_SIZE_MAX}; ${PAGE_SIZE_DEFAULT} when absent.`,
  })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor behind which the page begins; absent for the first page.',
  })
  after?: string | null;
}

const OrderDirectionEnum = graphEnum<OrderDirection>('OrderDirection', 'Which end of a list comes first.', {
  asc: 'The least first: A to Z, the oldest first.',
  desc: 'The greatest first: Z to A, the newest first.',
});

/** The arguments of a list of `name` items that can be ordered by these fields, each with its description. */
export function orderedPageArgs<OrderField extends string>(
  name: string,
  fields: Readonly<Record<OrderField, string>>,
  withoutOrder = 'that of making, the oldest first',
): ClassType<OrderedPageRequest<OrderField>> {
  const OrderFieldEnum = graphEnum<OrderField>(`${name}OrderField`, `What a list of ${name} items goes by.`, fields);

  @InputType(`${name}Order`, { description: `The order of a list of ${name} items.` })
  class OrderInput implements Order<OrderField> {
    @Field(() => OrderFieldEnum, { description: 'What the list goes by.' })
    field: OrderField;

    @Field(() => OrderDirectionEnum, { defaultValue: 'asc', description: 'Which end comes first.' })
    direction: OrderDirection;
  }

  @ArgsType()
  class OrderedPageArgs extends PageArgs {
    @Field(() => OrderInput, {
      nullable: true,
      description: `The order; without it, ${withoutOrder}.`,
    })
    orderBy?: OrderInput | null;
  }
  return OrderedPageArgs;
}

export interface Connection<Item> {
  edges: { cursor: string; node: Item }[];
  nodes: Item[];
  pageInfo: PageInfoType;
}

/** A page of the domain as a connection. `read` is given the arguments with the place that the cursor stands for. */
export async function readConnection<Item extends { id: string }, Request extends PageArgs>(
  args: Request,
  read: (page: Request) => Promise<Page<Item>>,
): Promise<Connection<Item>> {
  const after = args.after == null ? null : decodeCursor(args.after);
  const { items, hasNextPage, places } = await read({ ...args, after });
  const edges = items.map((node, index) => ({ cursor: encodeCursor(places?.[index] ?? node.id), node }));
  const startCursor = edges[0]?.cursor ?? null;
  const endCursor = edges.at(-1)?.cursor ?? null;
  return { edges, nodes: items, pageInfo: { hasNextPage, hasPreviousPage: after !== null, startCursor, endCursor } };
}

/** Opaque for the caller; the domain decides what the text may be. */
function encodeCursor(place: string): string {
  return Buffer.from(place).toString('base64url');
}

/** The text of a cursor; of anything else, a text that names no place. */
function decodeCursor(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString();
}
