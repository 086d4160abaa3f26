import { Field, ID, InputType } from 'type-graphql';
import { DateTimeScalar } from '../scalars.ts';

@InputType({ description: 'A SCIM token to make.' })
export class CreateScimTokenInput {
  @Field(() => ID, { description: 'The directory that it shall open.' })
  directoryId: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it shall end by itself; absent for never.' })
  expiresAt?: Date | null;
}

@InputType({ description: 'A SCIM token to end.' })
export class RevokeScimTokenInput {
  @Field(() => ID, { description: 'The id of the token.' })
  id: string;
}
