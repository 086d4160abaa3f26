import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { ProvisioningEventOrderField } from '../../domain/events/provisioning-events.ts';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { DirectoryType } from '../directories/directory.type.ts';
import { answerMutation } from '../payload.ts';
import {
  ProvisioningEventFilterInput,
  ProvisioningEventPageArgs,
  ReportProvisioningEventsInput,
} from './provisioning-event.inputs.ts';
import { ReportProvisioningEventsPayload } from './provisioning-event.payloads.ts';
import { ProvisioningEventConnection } from './provisioning-event.type.ts';

@Resolver()
export class ProvisioningEventResolver {
  @Mutation(() => ReportProvisioningEventsPayload, {
    description: 'Keeps what the SCIM facade saw of requests that wrote nothing; writes tell of themselves.',
  })
  async reportProvisioningEvents(
    @Arg('input', () => ReportProvisioningEventsInput, { description: 'The events.' })
    input: ReportProvisioningEventsInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const answer = await answerMutation(input, async () => ({
      count: await domain.provisioningEvents.report(await actor(), input.directoryId, input.events),
    }));
    return { count: 0, ...answer };
  }
}

@Resolver(() => DirectoryType)
export class DirectoryEventsResolver {
  @FieldResolver(() => ProvisioningEventConnection, { description: 'What its requests did, the newest first.' })
  async provisioningEvents(
    @Root() directory: DirectoryType,
    @Args(() => ProvisioningEventPageArgs) args: OrderedPageRequest<ProvisioningEventOrderField>,
    @Arg('filter', () => ProvisioningEventFilterInput, {
      nullable: true,
      description: 'Which events; without it, all.',
    })
    filter: ProvisioningEventFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.provisioningEvents.list(who, directory.id, page, filter ?? {}));
  }
}
