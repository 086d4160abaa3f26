import { Field, ID, InputType, Int } from 'type-graphql';
import type { GroupMatching } from '../../domain/organizations/organization.entity.ts';
import { GroupMatchingEnum } from './organization.type.ts';

@InputType({ description: 'Changes of the organization. Absent fields are left as they are.' })
export class UpdateOrganizationInput {
  @Field(() => String, { nullable: true, description: 'The new name.' })
  name?: string | null;

  @Field(() => GroupMatchingEnum, { nullable: true, description: 'How pushed groups meet existing ones from now on.' })
  groupMatching?: GroupMatching | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The set that every active user holds on the whole organization, without anything sensitive; null for none.',
  })
  defaultPermissionSetId?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'From 1 to 3650: after how many days of absence manual memberships and direct grants fall away.',
  })
  inactivityDays?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the sign-in pages show its name to whoever knows the slug.',
  })
  disclosesName?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Whom people without access are told to ask, an address or a sentence of at most 200 characters; null for nobody.',
  })
  signInContact?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether people may act in it who signed in by another way than a connection of its own. Needs a sign-in of the last 15 minutes, like the two below.',
  })
  acceptsOtherMethods?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'From 5 to 43200: after how many minutes without a request a session ends in it.',
  })
  sessionIdleMinutes?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'From 15 to 129600, and not below `sessionIdleMinutes`: after how many minutes a session ends in it in any case.',
  })
  sessionLifetimeMinutes?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Only while the organization has this version, else VERSION_CONFLICT.',
  })
  ifVersion?: number | null;
}

@InputType({ description: 'A new public sign-in name.' })
export class ChangeSlugInput {
  @Field(() => String, {
    description: 'From 3 to 63 of a–z, 0–9 and single hyphens, unlike any slug that another organization has or had.',
  })
  slug: string;
}

@InputType({ description: 'An earlier sign-in name to end.' })
export class ReleaseSlugInput {
  @Field(() => String, { description: 'One of the aliases.' })
  slug: string;
}

@InputType({ description: 'The end of the organization.' })
export class CloseOrganizationInput {
  @Field(() => String, { description: 'The current slug, as somebody typed it to confirm.' })
  confirmSlug: string;
}
