import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { GroupMatching, OrganizationStatus } from '../../domain/organizations/organization.entity.ts';
import type { Plan } from '../../domain/organizations/plan.ts';
import { graphEnum } from '../enum.ts';
import { DateTimeScalar } from '../scalars.ts';

const PlanEnum = graphEnum<Plan>('Plan', 'What an organization has bought.', {
  free: 'Users, groups and permissions.',
  enterprise: 'The same with single sign-on and SCIM.',
});

const OrganizationStatusEnum = graphEnum<OrganizationStatus>('OrganizationStatus', 'The life of an organization.', {
  active: 'In use.',
  suspended: 'Stopped by the operator.',
  closing: 'About to be deleted.',
});

export const GroupMatchingEnum = graphEnum<GroupMatching>(
  'GroupMatching',
  'What happens when a directory pushes a group of the same name as an existing one.',
  {
    automatically: 'Its members join the existing group, unless the group is protected.',
    ask: 'The match waits for the decision of an admin.',
    never: 'The directory group stays apart: names are never matched.',
  },
);

@ObjectType('Organization', {
  simpleResolvers: true,
  description: 'A customer company, which owns everything else here.',
})
export class OrganizationType {
  @Field(() => ID, { description: 'The id of the organization.' })
  id: string;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'Its public sign-in name.' })
  slug: string;

  @Field(() => PlanEnum, { description: 'Its plan.' })
  plan: Plan;

  @Field(() => OrganizationStatusEnum, { description: 'Where it stands.' })
  status: OrganizationStatus;

  @Field(() => Boolean, { description: 'Whether the operator lifted the rule that single sign-on comes before SCIM.' })
  scimWithoutSso: boolean;

  @Field(() => GroupMatchingEnum, { description: 'How pushed groups meet existing groups of the same name.' })
  groupMatching: GroupMatching;

  @Field(() => Int, {
    description: 'Rises with every change; give it as `ifVersion` to change only what you have seen.',
  })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt: Date;
}
