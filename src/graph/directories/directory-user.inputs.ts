import { Field, ID, InputType, Int } from 'type-graphql';
import { JSONScalar } from '../scalars.ts';

const DIRECTORY = 'The directory; a SCIM token opens only its own.';
const STANDARD = 'That the request was found to keep to RFC 7643 and 7644; without it a strict directory refuses.';
const VERSIONS = 'Only while the record has one of these versions, else VERSION_CONFLICT.';

@InputType({ description: 'A directory user to create.' })
export class CreateDirectoryUserInput {
  @Field(() => ID, { description: DIRECTORY })
  directoryId: string;

  @Field(() => JSONScalar, { description: 'The SCIM User, core and enterprise attributes as RFC 7643 shapes them.' })
  resource: unknown;

  @Field(() => Boolean, { nullable: true, description: STANDARD })
  isStandard?: boolean | null;
}

@InputType({ description: 'A whole new document for a directory user.' })
export class ReplaceDirectoryUserInput {
  @Field(() => ID, { description: DIRECTORY })
  directoryId: string;

  @Field(() => ID, { description: 'The directory user.' })
  id: string;

  @Field(() => JSONScalar, { description: 'The SCIM User that takes the place of the stored one.' })
  resource: unknown;

  @Field(() => [Int], { nullable: true, description: VERSIONS })
  ifVersions?: number[] | null;

  @Field(() => Boolean, { nullable: true, description: STANDARD })
  isStandard?: boolean | null;
}

@InputType({ description: 'A directory user to delete.' })
export class DeleteDirectoryUserInput {
  @Field(() => ID, { description: DIRECTORY })
  directoryId: string;

  @Field(() => ID, { description: 'The directory user.' })
  id: string;

  @Field(() => [Int], { nullable: true, description: VERSIONS })
  ifVersions?: number[] | null;
}
