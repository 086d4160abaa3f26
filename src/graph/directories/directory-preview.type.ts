import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { GroupOutcome } from '../../domain/directories/preview-groups.ts';
import type { LinkReason } from '../../domain/links/link.entity.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { LinkReasonEnum } from '../links/link.type.ts';

export const GroupOutcomeEnum = graphEnum<GroupOutcome>(
  'GroupOutcome',
  'What becomes of a group of a directory when it is activated.',
  {
    creates: 'A new group without permissions is made.',
    joins: 'Its members come into the existing group of its name, with all that it grants.',
    waits: 'A link waits for the decision of an admin; nobody gains anything meanwhile.',
    conflicts: 'It stays apart, because its name is taken and the organization joins no groups.',
  },
);

@ObjectType('PreviewedGroup', {
  simpleResolvers: true,
  description: 'A group of a directory, and what activation makes of it.',
})
export class PreviewedGroupType {
  @Field(() => ID, { description: 'The id of the directory group.' })
  id: string;

  @Field(() => String, { description: 'Its name in the identity provider.' })
  displayName: string;

  @Field(() => GroupOutcomeEnum, { description: 'What becomes of it.' })
  outcome: GroupOutcome;

  @Field(() => LinkReasonEnum, { nullable: true, description: 'Why it waits or stays apart; null where it does not.' })
  reason: LinkReason | null;
}

@ObjectType('MatchingPerson', {
  simpleResolvers: true,
  description: 'Somebody of a directory whom a user matches by userName or e-mail; their link will wait.',
})
export class MatchingPersonType {
  @Field(() => ID, { description: 'The id of the directory user.' })
  id: string;

  @Field(() => String, { description: 'The userName in the identity provider.' })
  userName: string;
}

export const PreviewedGroupConnection = connectionType('PreviewedGroup', () => PreviewedGroupType);
export const MatchingPersonConnection = connectionType('MatchingPerson', () => MatchingPersonType);

@ObjectType('DirectoryPreview', { simpleResolvers: true, description: 'What activating a directory would do.' })
export class DirectoryPreviewType {
  @Field(() => ID, { description: 'The directory.' })
  directoryId: string;

  @Field(() => Int, { description: 'For how many people a user would be made.' })
  newPeopleCount: number;

  @Field(() => Int, { description: 'How many of those the identity provider has as inactive.' })
  newInactivePeopleCount: number;

  @Field(() => Int, { description: 'How many people a user matches: their links would wait.' })
  matchingPeopleCount: number;

  @Field(() => Int, {
    description:
      'How many people would be linked at once to a user who was made by hand, because the address that they share is on a domain which the organization has proved.',
  })
  adoptedPeopleCount: number;

  @Field(() => Int, { description: 'How many people came back while the directory was paused, and would be in again.' })
  heldPeopleCount: number;

  @Field(() => Int, { description: 'How many memberships came while the directory was paused, and would count.' })
  heldMembersCount: number;

  @Field(() => Int, { description: 'How many groups would be made.' })
  newGroupsCount: number;

  @Field(() => Int, { description: 'How many groups would join an existing group.' })
  joiningGroupsCount: number;

  @Field(() => Int, { description: 'How many groups would wait for a decision.' })
  waitingGroupsCount: number;

  @Field(() => Int, { description: 'How many groups would stay apart.' })
  conflictingGroupsCount: number;

  @Field(() => [String], {
    description: 'The permissions that the joined groups would give; who activates must hold them all.',
  })
  permissions: string[];

  @Field(() => String, { description: 'Names exactly this state of affairs: give it to `activateDirectory`.' })
  digest: string;
}
