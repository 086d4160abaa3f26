import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { LinkReason, LinkState } from '../../domain/directories/link.entity.ts';
import type { LinkRow } from '../../domain/directories/links.store.ts';
import { ActorType } from '../api-keys/actor.type.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { DateTimeScalar } from '../scalars.ts';

export const LinkKindEnum = graphEnum<LinkRow['kind']>('LinkKind', 'What a link joins.', {
  user: 'A directory user to a user.',
  group: 'A directory group to a group.',
});

export const LinkStateEnum = graphEnum<LinkState>('LinkState', 'The life of a link.', {
  active: 'The record counts in the product.',
  pending: 'It waits for the decision of an admin; nobody gains anything meanwhile.',
  rejected: 'An admin declined it.',
  out_of_scope: 'The scoping rule leaves the record out.',
  conflict: "The product's name or userName is taken, or the mapping failed.",
  removed_in_product: 'The user or group was removed in the product; the directory does not bring it back.',
  superseded: 'Another link took its place.',
});

const LinkReasonEnum = graphEnum<LinkReason>('LinkReason', 'Why a link is not active.', {
  organization_asks: 'The organization decides on every match.',
  group_is_protected: 'The group grants owner, admin or a sensitive permission.',
  group_is_linked: 'Another directory group fills the group already.',
  user_exists: 'A user of this name or e-mail address exists.',
  name_is_taken: 'The name is taken in the product.',
});

@ObjectType('Link', {
  simpleResolvers: true,
  description: 'What joins a record of a directory to the user or group that the product sees.',
})
export class LinkType {
  @Field(() => ID, { description: 'The id of the link.' })
  id: string;

  @Field(() => LinkKindEnum, { description: 'Whether it joins users or groups.' })
  kind: LinkRow['kind'];

  @Field(() => LinkStateEnum, { description: 'Where it stands.' })
  state: LinkState;

  @Field(() => LinkReasonEnum, { nullable: true, description: 'Why it is not active, where it is not.' })
  reason: LinkReason | null;

  @Field(() => ID, { description: 'The directory.' })
  directoryId: string;

  @Field(() => ID, { description: 'The directory user or directory group.' })
  directoryRecordId: string;

  @Field(() => String, { description: 'Its userName or displayName in the identity provider.' })
  directoryRecordName: string;

  @Field(() => ActorType, { nullable: true, description: 'Who decided on it; null while nobody had to.' })
  decidedBy: ActorType | null;

  @Field(() => Int, { description: 'Rises with every change of state.' })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it last changed its state.' })
  updatedAt: Date;
}

export const LinkConnection = connectionType('Link', () => LinkType);

@ObjectType('LinkPreview', { simpleResolvers: true, description: 'What approving a link would do.' })
export class LinkPreviewType {
  @Field(() => LinkType, { description: 'The link.' })
  link: LinkType;

  @Field(() => Int, { description: 'How many people would come into the group anew; 1 for the link of a user.' })
  peopleCount: number;

  @Field(() => [String], { description: 'The permissions that it would bring them.' })
  permissions: string[];

  @Field(() => String, { description: 'Names exactly this state of affairs: give it to `approveLink`.' })
  digest: string;
}
