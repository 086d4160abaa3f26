import { Field, ID, ObjectType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar } from '../scalars.ts';
import { ActorType } from './actor.type.ts';

@ObjectType('ApiKey', {
  simpleResolvers: true,
  implements: NodeType,
  description: 'A key by which a back end of the product acts, with the permissions of one permission set.',
})
export class ApiKeyType {
  @Field(() => ID, { description: 'The id of the key; not the key itself.' })
  id: string;

  @Field(() => String, { description: 'What it is called.' })
  name: string;

  @Field(() => String, { description: 'The last characters of the key, to tell keys apart.' })
  hint: string;

  @Field(() => ActorType, { description: 'Who made it.' })
  createdBy: ActorType;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ends by itself; null for never.' })
  expiresAt: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null while it is not.' })
  revokedAt: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last used, to the minute; null for never.' })
  lastUsedAt: Date | null;
}

export const ApiKeyConnection = connectionType('ApiKey', () => ApiKeyType);
