import { Field, ID, InputType, Int } from 'type-graphql';
import type { MemberDelta } from '../../domain/directories/member-deltas.ts';
import { graphEnum } from '../enum.ts';
import { JSONScalar } from '../scalars.ts';

const DIRECTORY = 'The directory; a SCIM token opens only its own.';
const STANDARD = 'That the request was found to keep to RFC 7643 and 7644; without it a strict directory refuses.';
const VERSIONS = 'Only while the record has one of these versions, else VERSION_CONFLICT.';

const MemberDeltaKindEnum = graphEnum<MemberDelta['kind']>(
  'MemberDeltaKind',
  'How a list of people changes the members.',
  {
    add: 'These become members; who is one stays one.',
    remove: 'These are members no more; who is none is passed over.',
    replace: 'The members are exactly these.',
  },
);

@InputType({ description: 'A change of the members of a directory group.' })
export class MemberDeltaInput {
  @Field(() => MemberDeltaKindEnum, { description: 'What happens to them.' })
  kind: MemberDelta['kind'];

  @Field(() => [String], { description: 'Ids of directory users, as the client sent them.' })
  userIds: string[];
}

@InputType({ description: 'A directory group to create.' })
export class CreateDirectoryGroupInput {
  @Field(() => ID, { description: DIRECTORY })
  directoryId: string;

  @Field(() => JSONScalar, { description: 'The SCIM Group without its members.' })
  resource: unknown;

  @Field(() => [ID], { nullable: true, description: 'The directory users who are its first members.' })
  memberIds?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: STANDARD })
  isStandard?: boolean | null;
}

@InputType({ description: 'A change of a directory group. Absent fields are left as they are.' })
export class ChangeDirectoryGroupInput {
  @Field(() => ID, { description: DIRECTORY })
  directoryId: string;

  @Field(() => ID, { description: 'The directory group.' })
  id: string;

  @Field(() => [Int], { nullable: true, description: VERSIONS })
  ifVersions?: number[] | null;

  @Field(() => String, { nullable: true, description: 'The new name.' })
  displayName?: string;

  @Field(() => String, { nullable: true, description: 'The new external id; null clears it.' })
  externalId?: string | null;

  @Field(() => [MemberDeltaInput], { nullable: true, description: 'Changes of the members, applied in this order.' })
  members?: MemberDeltaInput[];

  @Field(() => JSONScalar, {
    nullable: true,
    description: 'The extensions of the SCIM Group by their URN; those that are not among them go.',
  })
  extensions?: unknown;

  @Field(() => JSONScalar, {
    nullable: true,
    description:
      'Only while the extensions are these, else VERSION_CONFLICT: unlike the version, they stand still while members change.',
  })
  ifExtensions?: unknown;

  @Field(() => Boolean, { nullable: true, description: STANDARD })
  isStandard?: boolean | null;
}

@InputType({ description: 'A directory group to delete.' })
export class DeleteDirectoryGroupInput {
  @Field(() => ID, { description: DIRECTORY })
  directoryId: string;

  @Field(() => ID, { description: 'The directory group.' })
  id: string;

  @Field(() => [Int], { nullable: true, description: VERSIONS })
  ifVersions?: number[] | null;
}
