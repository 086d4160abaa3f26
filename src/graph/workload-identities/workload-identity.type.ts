import { Field, ID, ObjectType } from 'type-graphql';
import type { Scope } from '../../domain/actors/scope.ts';
import { ActorType } from '../api-keys/actor.type.ts';
import { NodeType } from '../node.type.ts';
import { DirectoryScopeEnum } from '../oauth-clients/directory-scope.ts';
import { DateTimeScalar } from '../scalars.ts';

@ObjectType('WorkloadIdentity', {
  simpleResolvers: true,
  implements: NodeType,
  description:
    'By which assertions Entra may ask for access tokens of a directory without a secret: an assertion has to say exactly this.',
})
export class WorkloadIdentityType {
  @Field(() => ID, { description: 'The id of the workload identity.' })
  id: string;

  @Field(() => ID, { description: 'The directory that its access tokens open.' })
  directoryId: string;

  @Field(() => String, { description: 'The client id, as Entra is given it; no secret.' })
  clientId: string;

  @Field(() => String, { description: 'The claim `iss`.' })
  issuer: string;

  @Field(() => String, {
    nullable: true,
    description: "Where the issuer's keys are; null where its OpenID discovery says so.",
  })
  jwksUri: string | null;

  @Field(() => String, { description: 'The claim `tid`.' })
  tenantId: string;

  @Field(() => String, { description: 'The claim `aud`.' })
  audience: string;

  @Field(() => String, { description: 'The claim `sub`.' })
  subject: string;

  @Field(() => String, { description: 'The claim `azp`, or `appid` in tokens of version 1.' })
  authorizedParty: string;

  @Field(() => [DirectoryScopeEnum], { description: 'What its access tokens may do at most.' })
  scopes: Scope[];

  @Field(() => ActorType, { description: 'Who set it last.' })
  setBy: ActorType;

  @Field(() => DateTimeScalar, { description: 'When it was first set.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last set.' })
  updatedAt: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When an access token was last made for it; null for never.',
  })
  lastUsedAt: Date | null;
}
