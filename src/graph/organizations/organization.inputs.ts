import { Field, InputType, Int } from 'type-graphql';
import type { GroupMatching } from '../../domain/organizations/organization.entity.ts';
import { GroupMatchingEnum } from './organization.type.ts';

@InputType({ description: 'Changes of the organization. Absent fields are left as they are.' })
export class UpdateOrganizationInput {
  @Field(() => String, { nullable: true, description: 'The new name.' })
  name?: string | null;

  @Field(() => GroupMatchingEnum, { nullable: true, description: 'How pushed groups meet existing ones from now on.' })
  groupMatching?: GroupMatching | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Only while the organization has this version, else VERSION_CONFLICT.',
  })
  ifVersion?: number | null;
}
