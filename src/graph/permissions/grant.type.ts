import { Field, ID, ObjectType } from 'type-graphql';
import { ActorType } from '../api-keys/actor.type.ts';
import { connectionType } from '../connection.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar } from '../scalars.ts';

@ObjectType('Grant', {
  simpleResolvers: true,
  implements: NodeType,
  description: 'A permission set given to a group or to a user, on the whole organization or on one space.',
})
export class GrantType {
  @Field(() => ID, { description: 'The id of the grant.' })
  id: string;

  @Field(() => ActorType, { description: 'Who gave it.' })
  grantedBy: ActorType;

  @Field(() => DateTimeScalar, { description: 'When it was given.' })
  createdAt: Date;
}

export const GrantConnection = connectionType('Grant', () => GrantType);
