import { Field, ID, ObjectType } from 'type-graphql';
import type { Scope } from '../../domain/actors/scope.ts';
import { ActorType } from '../api-keys/actor.type.ts';
import { NodeType } from '../node.type.ts';
import { DirectoryScopeEnum } from '../oauth-clients/directory-scope.ts';
import { DateTimeScalar } from '../scalars.ts';

@ObjectType('ScimToken', {
  simpleResolvers: true,
  implements: NodeType,
  description:
    'A bearer by which an identity provider opens the SCIM endpoint of one directory. Several may live at once.',
})
export class ScimTokenType {
  @Field(() => ID, { description: 'The id of the token; not the token itself.' })
  id: string;

  @Field(() => ID, { description: 'The directory that it opens.' })
  directoryId: string;

  @Field(() => [DirectoryScopeEnum], { description: 'What it may do.' })
  scopes: Scope[];

  @Field(() => String, { description: 'The last characters of the token, to tell tokens apart.' })
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
