import { Field, ID, InputType, Int } from 'type-graphql';
import type { Scope } from '../../domain/actors/scope.ts';
import { SECRET_YEARS } from '../../domain/directory-credentials/oauth-clients.ts';
import { DirectoryScopeEnum } from './directory-scope.ts';

const YEARS = `For how many years the secret lives, ${SECRET_YEARS.min} to ${SECRET_YEARS.max}; ${SECRET_YEARS.default} when absent.`;

@InputType({ description: 'An OAuth client to make, with its first secret.' })
export class CreateOAuthClientInput {
  @Field(() => ID, { description: 'The directory that its access tokens shall open.' })
  directoryId: string;

  @Field(() => String, { description: 'What it is called.' })
  name: string;

  @Field(() => [DirectoryScopeEnum], {
    nullable: true,
    description: 'What its access tokens may do at most; everything when absent.',
  })
  scopes?: Scope[] | null;

  @Field(() => Int, { nullable: true, description: YEARS })
  secretYears?: number | null;
}

@InputType({ description: 'Another secret for an OAuth client.' })
export class AddOAuthClientSecretInput {
  @Field(() => ID, { description: 'The id of the OAuth client, not its client id.' })
  oauthClientId: string;

  @Field(() => Int, { nullable: true, description: YEARS })
  secretYears?: number | null;
}

@InputType({ description: 'A secret of an OAuth client to end.' })
export class RevokeOAuthClientSecretInput {
  @Field(() => ID, { description: 'The id of the secret.' })
  id: string;
}

@InputType({ description: 'An OAuth client to delete.' })
export class DeleteOAuthClientInput {
  @Field(() => ID, { description: 'The id of the OAuth client, not its client id.' })
  id: string;
}
