import { Field, ID, InputType, Int } from 'type-graphql';
import type { Scope } from '../../domain/actors/scope.ts';
import { OVERLAP_HOURS_MAX } from '../../domain/directory-credentials/scim-tokens.ts';
import { DirectoryScopeEnum } from '../oauth-clients/directory-scope.ts';
import { DateTimeScalar } from '../scalars.ts';

@InputType({ description: 'A SCIM token to make.' })
export class CreateScimTokenInput {
  @Field(() => ID, { description: 'The directory that it shall open.' })
  directoryId: string;

  @Field(() => [DirectoryScopeEnum], { nullable: true, description: 'What it may do; everything when absent.' })
  scopes?: Scope[] | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it shall end by itself; absent for never.' })
  expiresAt?: Date | null;
}

@InputType({ description: 'A SCIM token to end.' })
export class RevokeScimTokenInput {
  @Field(() => ID, { description: 'The id of the token.' })
  id: string;
}

@InputType({ description: 'A SCIM token to replace.' })
export class RotateScimTokenInput {
  @Field(() => ID, { description: 'The id of the token that is replaced; it must still be alive.' })
  id: string;

  @Field(() => Int, {
    description: `For how many hours the replaced token lives on, at most ${OVERLAP_HOURS_MAX}: until the new one is in the identity provider. 0 revokes it now.`,
  })
  overlapHours: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the new one shall end by itself; absent for never.',
  })
  expiresAt?: Date | null;
}
