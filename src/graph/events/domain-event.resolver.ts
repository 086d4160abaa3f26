import { Args, Ctx, Query, Resolver } from 'type-graphql';
import { PAGE_SIZE_DEFAULT } from '../../domain/page.ts';
import { connectionOf, decodeCursor, encodeCursor, PageArgs } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { DomainEventConnection } from './domain-event.type.ts';

@Resolver()
export class DomainEventResolver {
  @Query(() => DomainEventConnection, {
    description:
      'What changed, the oldest first, in the order of commits: read on with `after: endCursor`, and again later for what came meanwhile. A full page may be the last. Needs `rollcall:audit`.',
  })
  async events(@Args(() => PageArgs) { first, after }: PageArgs, @Ctx() { domain, actor }: GraphContext) {
    const size = first ?? PAGE_SIZE_DEFAULT;
    const isBehind = after !== null && after !== undefined;
    const events = await domain.domainEvents.feed(await actor(), {
      first: size,
      after: isBehind ? decodeCursor(after) : null,
    });
    return connectionOf(events, {
      hasNextPage: events.length > 0 && events.length === size,
      hasPreviousPage: isBehind,
      cursorOf: (event) => encodeCursor(event.cursor),
    });
  }
}
