import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { DomainError } from '../domain/domain-error.ts';
import { isId } from '../domain/id.ts';
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, type Page, type PageRequest } from '../domain/page.ts';

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

export interface Connection<Item> {
  edges: { cursor: string; node: Item }[];
  nodes: Item[];
  pageInfo: PageInfoType;
}

/** A page of the domain as a connection. `read` is given the id that the cursor stands for. Throws `invalidValue`. */
export async function readConnection<Item extends { id: string }>(
  { first, after }: PageRequest,
  read: (page: PageRequest) => Promise<Page<Item>>,
): Promise<Connection<Item>> {
  const { items, hasNextPage } = await read({ first: first ?? null, after: after == null ? null : readCursor(after) });
  return connectionOf(items, {
    hasNextPage,
    hasPreviousPage: after != null,
    cursorOf: (item) => encodeCursor(item.id),
  });
}

/** Items as a connection whose cursors are the caller's. */
export function connectionOf<Item>(
  items: Item[],
  place: { hasNextPage: boolean; hasPreviousPage: boolean; cursorOf: (item: Item) => string },
): Connection<Item> {
  const edges = items.map((node) => ({ cursor: place.cursorOf(node), node }));
  const { hasNextPage, hasPreviousPage } = place;
  const startCursor = edges[0]?.cursor ?? null;
  const endCursor = edges.at(-1)?.cursor ?? null;
  return { edges, nodes: items, pageInfo: { hasNextPage, hasPreviousPage, startCursor, endCursor } };
}

/** An opaque cursor of the text by which the domain pages. */
export function encodeCursor(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** The text of a cursor; of anything else, a text that names no place. */
export function decodeCursor(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString();
}

function readCursor(cursor: string): string {
  const id = decodeCursor(cursor);
  if (isId(id)) return id;
  throw new DomainError('invalidValue', 'after is no cursor of this list.', { path: 'after' });
}
