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
