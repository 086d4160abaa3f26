import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar } from '../scalars.ts';

@ObjectType('Space', {
  simpleResolvers: true,
  implements: NodeType,
  description: "A scope inside the organization, such as a team's screens: a grant on it counts in it alone.",
})
export class SpaceType {
  @Field(() => ID, { description: 'The id of the space.' })
  id: string;

  @Field(() => String, { description: 'Its name, unique in the organization.' })
  name: string;

  @Field(() => String, {
    nullable: true,
    description:
      "The product's own id of what the space stands for, unique in the organization; null when it has none.",
  })
  externalId: string | null;

  @Field(() => Int, {
    description: 'Rises with every change; give it as `ifVersion` to change only what you have seen.',
  })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt: Date;
}

export const SpaceConnection = connectionType('Space', () => SpaceType);
