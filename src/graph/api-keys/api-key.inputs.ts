import { Field, ID, InputType } from 'type-graphql';
import { DateTimeScalar } from '../scalars.ts';

@InputType({ description: 'An API key to make.' })
export class CreateApiKeyInput {
  @Field(() => String, { description: 'What it is called.' })
  name: string;

  @Field(() => ID, { description: 'The permission set it acts by, of no more than your own permissions.' })
  permissionSetId: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it shall end by itself; absent for never.' })
  expiresAt?: Date | null;
}

@InputType({ description: 'An API key to end.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'The id of the key.' })
  id: string;
}
