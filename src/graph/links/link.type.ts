import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { LinkReason, LinkState } from '../../domain/links/link.entity.ts';
import type { LinkRow } from '../../domain/links/links.store.ts';
import type { ManualMembers } from '../../domain/links/links.ts';
import { ActorType } from '../api-keys/actor.type.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar } from '../scalars.ts';

export const LinkKindEnum = graphEnum<LinkRow['kind']>('LinkKind', 'What a link joins.', {
  user: 'A directory user to a user.',
  group: 'A directory group to a group.',
});

export const LinkStateEnum = graphEnum<LinkState>('LinkState', 'The life of a link.', {
  active: 'The record counts in the product.',
  pending: 'It waits for the decision of an admin; nobody gains anything meanwhile.',
  rejected: 'An admin declined or undid it.',
  out_of_scope: 'The scoping rule leaves the record out.',
  conflict: "The product's name or userName is taken, or the mapping failed.",
  removed_in_product: 'The user or group was removed in the product; only an admin brings it back.',
  superseded: 'History: another link took its place, or the directory was retired.',
});

export const LinkReasonEnum = graphEnum<LinkReason>('LinkReason', 'Why a link is not active.', {
  organization_asks: 'The organization decides on every match.',
  group_is_protected: 'The group grants owner, admin or a sensitive permission.',
  group_is_linked: 'Another directory group fills the group already.',
  user_exists: 'A user of this name or e-mail address exists.',
  name_is_taken: 'The name is taken in the product.',
  earlier_decision: 'The group was deleted and pushed again; it no longer stands as it stood when it was decided on.',
  long_absence: 'The person was away for longer than the organization allows and would regain sensitive permissions.',
  unlinked: 'An admin undid the link.',
  directory_retired: 'The directory is connected no more.',
  renamed_while_paused: 'The directory group was renamed while its directory was paused; activation renames the group.',
});

@ObjectType('EarlierDecision', {
  simpleResolvers: true,
  description: 'How a link stood when its directory group was deleted.',
})
export class EarlierDecisionType {
  @Field(() => LinkStateEnum, { description: 'Its state.' })
  state: LinkState;

  @Field(() => ActorType, { nullable: true, description: 'Who had decided on it; null where nobody had to.' })
  decidedBy: ActorType | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When.' })
  decidedAt: Date | null;
}

@ObjectType('Link', {
  simpleResolvers: true,
  implements: NodeType,
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

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was decided on; null while nobody had to.' })
  decidedAt: Date | null;

  @Field(() => EarlierDecisionType, {
    nullable: true,
    description: 'What was decided before the directory group was deleted and pushed again; null otherwise.',
  })
  earlier: EarlierDecisionType | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The provisioning event of the request that made it; null where an admin did.',
  })
  provisioningEventId: string | null;

  @Field(() => Int, { description: 'Rises with every change of state.' })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it last changed its state.' })
  updatedAt: Date;
}

export const LinkConnection = connectionType('Link', () => LinkType);

@ObjectType('LinkGainer', {
  simpleResolvers: true,
  description: 'Somebody whom approval lets into the group, and what that brings.',
})
export class LinkGainerType {
  @Field(() => ID, { description: 'The id of the user.' })
  id: string;

  @Field(() => String, { description: 'Their userName.' })
  userName: string;

  @Field(() => String, { nullable: true, description: 'Their name to show.' })
  displayName: string | null;

  @Field(() => [String], { description: 'The permissions of the group that they do not hold yet, on any way.' })
  gainedPermissions: string[];
}

export const LinkGainerConnection = connectionType('LinkGainer', () => LinkGainerType);

export const ManualMembersEnum = graphEnum<ManualMembers>('ManualMembers', 'Which manual members of a group.', {
  absorbed: 'Those who are also in the directory group: the identity provider decides on them from then on.',
  staying: 'Those who are not: they stay members by hand.',
});

@ObjectType('LinkPreview', { simpleResolvers: true, description: 'What approving a link would do.' })
export class LinkPreviewType {
  @Field(() => LinkType, { description: 'The link.' })
  link: LinkType;

  @Field(() => Int, { description: 'How many people would come into the group anew; 1 for the link of a user.' })
  peopleCount: number;

  @Field(() => [String], { description: 'The permissions that the group, or the existing user, would bring them.' })
  permissions: string[];

  @Field(() => Int, { description: 'How many manual members would be absorbed; 0 for the link of a user.' })
  absorbedCount: number;

  @Field(() => Int, { description: 'How many manual members would stay members by hand; 0 for the link of a user.' })
  manualCount: number;

  @Field(() => String, { description: 'Names exactly this state of affairs: give it to `approveLink`.' })
  digest: string;
}
