import { Field, ID, ObjectType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar, JSONScalar } from '../scalars.ts';

@ObjectType('ProvisioningEvent', {
  simpleResolvers: true,
  implements: NodeType,
  description: 'One SCIM request and what it did.',
})
export class ProvisioningEventType {
  @Field(() => ID, { description: 'The id of the event.' })
  id: string;

  @Field(() => String, { description: 'The id of the request, as its answer carried it.' })
  requestId: string;

  @Field(() => String, { description: 'The HTTP method.' })
  method: string;

  @Field(() => String, { description: 'The path with its query.' })
  path: string;

  @Field(() => String, { description: 'What the request did, such as `userCreated`, or the code of its refusal.' })
  outcome: string;

  @Field(() => Boolean, { description: 'Whether the request was refused or failed. What was refused changed nothing.' })
  isFailure: boolean;

  @Field(() => ID, { nullable: true, description: 'The record it was about, where there was one.' })
  resourceId: string | null;

  @Field(() => JSONScalar, { description: 'Further facts, such as members that the directory does not know.' })
  detail: unknown;

  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  createdAt: Date;
}

export const ProvisioningEventConnection = connectionType('ProvisioningEvent', () => ProvisioningEventType);
