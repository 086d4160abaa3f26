import { Field, ID, InputType } from 'type-graphql';
import { DateTimeScalar, JSONScalar } from '../scalars.ts';

@InputType({ description: 'A SCIM request that wrote nothing, and what came of it.' })
export class ProvisioningEventInput {
  @Field(() => String, { description: 'The id of the request.' })
  requestId: string;

  @Field(() => String, { description: 'The HTTP method.' })
  method: string;

  @Field(() => String, { description: 'The path with its query, secrets masked.' })
  path: string;

  @Field(() => String, { description: 'What the request did, such as `usersRead`, or the code of its refusal.' })
  outcome: string;

  @Field(() => ID, { nullable: true, description: 'The record it was about, where there was one.' })
  resourceId?: string | null;

  @Field(() => JSONScalar, { nullable: true, description: 'Further facts, such as the HTTP status.' })
  detail?: Record<string, unknown> | null;

  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  at: Date;
}

@InputType({ description: 'Provisioning events of one directory.' })
export class ReportProvisioningEventsInput {
  @Field(() => ID, { description: 'The directory; a SCIM token reports only of its own.' })
  directoryId: string;

  @Field(() => [ProvisioningEventInput], { description: 'The events, at most 5,000.' })
  events: ProvisioningEventInput[];
}
