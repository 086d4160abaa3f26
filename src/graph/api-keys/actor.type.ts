import { Field, ID, ObjectType } from 'type-graphql';
import type { Actor } from '../../domain/actors/actor.ts';
import { graphEnum } from '../enum.ts';

export const ActorKindEnum = graphEnum<Actor['kind']>('ActorKind', 'Who can act.', {
  apiKey: 'A back end of the product, by an API key.',
  directory: 'An identity provider, through SCIM.',
  user: 'Somebody who is signed in.',
  operator: 'The operator of the service, on the command line.',
  system: 'The service itself.',
});

@ObjectType('Actor', { simpleResolvers: true, description: 'Who did something.' })
export class ActorType {
  @Field(() => ActorKindEnum, { description: 'What kind of actor it is.' })
  kind: Actor['kind'];

  @Field(() => ID, { nullable: true, description: 'The id of the API key, directory or user; null for the others.' })
  id: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the API key or user as it was then.' })
  name: string | null;
}
