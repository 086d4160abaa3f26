import { Field, ID, InputType } from 'type-graphql';
import type { LinkState } from '../../domain/links/link.entity.ts';
import type { PeopleAfterwards } from '../../domain/links/link-decisions.ts';
import type { LinkFilter } from '../../domain/links/links.ts';
import { graphEnum } from '../enum.ts';
import { LinkKindEnum, LinkStateEnum } from './link.type.ts';

export const PeopleAfterwardsEnum = graphEnum<PeopleAfterwards>(
  'PeopleAfterwards',
  'What becomes of the people whom a directory let in.',
  {
    keep: 'They stay by hand: manual members of the group, manual users.',
    letGo: 'They go: members no more, deactivated unless something else holds them.',
  },
);

@InputType({ description: 'Which links to list. Absent fields do not narrow.' })
export class LinkFilterInput implements LinkFilter {
  @Field(() => [LinkStateEnum], { nullable: true, description: 'Those in one of these states.' })
  states?: LinkState[] | null;

  @Field(() => LinkKindEnum, { nullable: true, description: 'Those of users or of groups.' })
  kind?: 'user' | 'group' | null;

  @Field(() => ID, { nullable: true, description: 'Those of this directory.' })
  directoryId?: string | null;
}

@InputType({ description: 'A link to activate.' })
export class ApproveLinkInput {
  @Field(() => ID, { description: 'The link.' })
  id: string;

  @Field(() => String, { description: 'The digest of the preview that the decision is on.' })
  digest: string;
}

@InputType({ description: 'A waiting link to decline.' })
export class RejectLinkInput {
  @Field(() => ID, { description: 'The link.' })
  id: string;
}

@InputType({ description: 'A waiting link whose record is somebody, or something, else.' })
export class SeparateLinkInput {
  @Field(() => ID, { description: 'The link.' })
  id: string;
}

@InputType({ description: 'A link in conflict to try again.' })
export class RetryLinkInput {
  @Field(() => ID, { description: 'The link.' })
  id: string;
}

@InputType({ description: 'An active link to undo.' })
export class UnlinkInput {
  @Field(() => ID, { description: 'The link.' })
  id: string;

  @Field(() => PeopleAfterwardsEnum, { description: 'What becomes of the people.' })
  people: PeopleAfterwards;
}
