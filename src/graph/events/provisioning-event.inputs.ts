import { Field, ID, InputType } from 'type-graphql';
import type { ProvisioningEventOrderField } from '../../domain/events/provisioning-events.ts';
import { orderedPageArgs } from '../connection.ts';
import { DateTimeScalar, JSONScalar } from '../scalars.ts';

@InputType({ description: 'Provisioning events of one directory.' })
export class ReportProvisioningEventsInput {
  @Field(() => ID, { description: 'The directory that the SCIM token is of.' })
  directoryId: string;

  @Field(() => JSONScalar, {
    description:
      'At most 5,000 objects `{ requestId, method, path, outcome, resourceId, detail, at }`, all texts but the object `detail`; `resourceId` and `detail` may be missing. JSON, because there is one for each read.',
  })
  events: unknown;
}

@InputType({ description: 'Which provisioning events to list; what is absent does not narrow the list.' })
export class ProvisioningEventFilterInput {
  @Field(() => [String], { nullable: true, description: 'Those with one of these outcomes.' })
  outcomes?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'With true, those that were refused or failed.' })
  onlyFailures?: boolean | null;

  @Field(() => ID, { nullable: true, description: 'Those about this record of the directory.' })
  resourceId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Those of this moment or later.' })
  since?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Those before this moment.' })
  until?: Date | null;
}

export const ProvisioningEventPageArgs = orderedPageArgs<ProvisioningEventOrderField>(
  'ProvisioningEvent',
  { createdAt: 'When it was recorded.' },
  'the newest first',
);
