import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar } from '../scalars.ts';

@ObjectType('User', {
  simpleResolvers: true,
  implements: NodeType,
  description: "A person's membership in the organization, as the product sees it.",
})
export class UserType {
  @Field(() => ID, { description: 'The id of the user, never one of the identity provider.' })
  id: string;

  @Field(() => String, { description: 'The name they are known by; unique in the organization, whatever its case.' })
  userName: string;

  @Field(() => String, { nullable: true, description: 'The name to show.' })
  displayName: string | null;

  @Field(() => String, { nullable: true, description: 'The work e-mail address; not verified.' })
  email: string | null;

  @Field(() => Boolean, {
    description: 'Whether an admin made or kept the user, so that no directory is needed for them to be active.',
  })
  isManual: boolean;

  @Field(() => Boolean, {
    description:
      'Whether the user may do anything now: not blocked, not removed, and manual or active in a linked directory.',
  })
  active: boolean;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When an admin blocked the user; null while they are not.',
  })
  blockedAt: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the user was removed; null while they are not.' })
  removedAt: Date | null;

  @Field(() => Int, {
    description: 'Rises with every change; give it as `ifVersion` to change only what you have seen.',
  })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When the user was made.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When the user was last changed.' })
  updatedAt: Date;
}

export const UserConnection = connectionType('User', () => UserType);
