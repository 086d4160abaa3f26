import { Field, ID, ObjectType } from 'type-graphql';
import type { Scope } from '../../domain/actors/scope.ts';
import { ActorType } from '../api-keys/actor.type.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar } from '../scalars.ts';
import { DirectoryScopeEnum } from './directory-scope.ts';

@ObjectType('OAuthClient', {
  simpleResolvers: true,
  implements: NodeType,
  description:
    'An identity provider as it asks for access tokens of one directory by OAuth client credentials, each good for an hour.',
})
export class OAuthClientType {
  @Field(() => ID, { description: 'The id of the OAuth client.' })
  id: string;

  @Field(() => ID, { description: 'The directory that its access tokens open.' })
  directoryId: string;

  @Field(() => String, { description: 'The client id, as the identity provider is given it; no secret.' })
  clientId: string;

  @Field(() => String, { description: 'What it is called.' })
  name: string;

  @Field(() => [DirectoryScopeEnum], { description: 'What its access tokens may do at most.' })
  scopes: Scope[];

  @Field(() => ActorType, { description: 'Who made it.' })
  createdBy: ActorType;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;
}

@ObjectType('OAuthClientSecret', {
  simpleResolvers: true,
  implements: NodeType,
  description:
    'One of the secrets of an OAuth client. Several may live at once, so that one is replaced without a gap.',
})
export class OAuthClientSecretType {
  @Field(() => ID, { description: 'The id of the secret; not the secret itself.' })
  id: string;

  @Field(() => ID, { description: 'The OAuth client.' })
  oauthClientId: string;

  @Field(() => String, { description: 'The last characters of the secret, to tell secrets apart.' })
  hint: string;

  @Field(() => ActorType, { description: 'Who made it.' })
  createdBy: ActorType;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it ends by itself.' })
  expiresAt: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null while it is not.' })
  revokedAt: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When an access token was last made by it; null for never.',
  })
  lastUsedAt: Date | null;
}
