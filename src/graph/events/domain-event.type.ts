import { Field, ID, ObjectType } from 'type-graphql';
import { ActorType } from '../api-keys/actor.type.ts';
import { connectionType } from '../connection.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar, JSONScalar } from '../scalars.ts';

@ObjectType('DomainEvent', {
  simpleResolvers: true,
  implements: NodeType,
  description: 'One change in the organization; never altered afterwards.',
})
export class DomainEventType {
  @Field(() => ID, { description: 'The id of the event.' })
  id: string;

  @Field(() => String, {
    description: 'What happened, such as `userCreated` or `linkStateChanged`; more may be added.',
  })
  type: string;

  @Field(() => ID, { description: 'What it happened to.' })
  subjectId: string;

  @Field(() => ActorType, { description: 'Who did it.' })
  actor: ActorType;

  @Field(() => JSONScalar, { description: 'What changed, as its type has it.' })
  data: unknown;

  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  createdAt: Date;
}

export const DomainEventConnection = connectionType('DomainEvent', () => DomainEventType);
