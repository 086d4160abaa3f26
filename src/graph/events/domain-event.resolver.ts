import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import { PageArgs, readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { DomainEventFilterInput } from './domain-event.inputs.ts';
import { DomainEventConnection } from './domain-event.type.ts';

@Resolver()
export class DomainEventResolver {
  @Query(() => DomainEventConnection, {
    description:
      'What changed, the oldest first, in the order of commits: read on with `after: endCursor`, and again later for what came meanwhile. An empty page has no cursor: keep the last one. Needs `rollcall:audit`.',
  })
  async events(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => DomainEventFilterInput, { nullable: true, description: 'Which events; without it, all.' })
    filter: DomainEventFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.domainEvents.feed(who, page, filter ?? {}));
  }
}
