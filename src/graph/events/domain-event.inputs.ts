import { Field, ID, InputType } from 'type-graphql';
import type { Actor } from '../../domain/actors/actor.ts';
import { ActorKindEnum } from '../api-keys/actor.type.ts';
import { DateTimeScalar } from '../scalars.ts';

@InputType({ description: 'Which domain events to list; what is absent does not narrow the list.' })
export class DomainEventFilterInput {
  @Field(() => [String], { nullable: true, description: 'Of these types, such as `userCreated`.' })
  types?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'What happened to this object.' })
  subjectId?: string | null;

  @Field(() => [ActorKindEnum], { nullable: true, description: 'What actors of these kinds did.' })
  actorKinds?: Actor['kind'][] | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'From this moment on.' })
  since?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Before this moment.' })
  until?: Date | null;
}
