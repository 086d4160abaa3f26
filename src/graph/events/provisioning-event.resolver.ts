import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { GraphContext } from '../context.ts';
import { answerMutation } from '../payload.ts';
import { ReportProvisioningEventsInput } from './provisioning-event.inputs.ts';
import { ReportProvisioningEventsPayload } from './provisioning-event.payloads.ts';

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
