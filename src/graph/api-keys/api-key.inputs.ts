import { Field, ID, InputType } from 'type-graphql';
import type { ApiKeyOrderField } from '../../domain/actors/api-keys.ts';
import { orderedPageArgs } from '../connection.ts';
import { DateTimeScalar } from '../scalars.ts';

export const ApiKeyPageArgs = orderedPageArgs<ApiKeyOrderField>('ApiKey', {
  createdAt: 'When the key was made.',
  lastUsedAt: 'When the key was last used; those never used come last.',
});

@InputType({ description: 'Which API keys to list; what is absent does not narrow the list.' })
export class ApiKeyFilterInput {
  @Field(() => Boolean, { nullable: true, description: 'True for revoked keys only, false for those that are not.' })
  isRevoked?: boolean | null;

  @Field(() => ID, { nullable: true, description: 'Keys that act by this permission set.' })
  permissionSetId?: string | null;
}

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
