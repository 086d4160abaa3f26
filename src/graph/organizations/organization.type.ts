import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { GroupMatching, OrganizationStatus } from '../../domain/organizations/organization.entity.ts';
import type { Entitlement, Plan } from '../../domain/organizations/plan.ts';
import { graphEnum } from '../enum.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar } from '../scalars.ts';

const PlanEnum = graphEnum<Plan>('Plan', 'What an organization has bought.', {
  free: 'Users, groups and permissions.',
  enterprise: 'The same with single sign-on and SCIM.',
});

const OrganizationStatusEnum = graphEnum<OrganizationStatus>('OrganizationStatus', 'The life of an organization.', {
  active: 'In use.',
  suspended: 'Stopped by the operator: its API keys are refused, provisioning goes on.',
  closing: 'Everything of it is erased at `closesAt`; until then as while suspended.',
});

export const EntitlementEnum = graphEnum<Entitlement>('Entitlement', 'What a plan opens.', {
  scim: 'Connecting directories, which provision users and groups.',
  sso: 'Setting up single sign-on.',
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
  implements: NodeType,
  description: 'A customer company, which owns everything else here.',
})
export class OrganizationType {
  @Field(() => ID, { description: 'The id of the organization.' })
  id: string;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'Its public sign-in name; `aliases` are earlier ones.' })
  slug: string;

  @Field(() => PlanEnum, { description: 'Its plan.' })
  plan: Plan;

  @Field(() => OrganizationStatusEnum, { description: 'Where it stands.' })
  status: OrganizationStatus;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'While it is closing: when everything of it is erased.',
  })
  closesAt: Date | null;

  @Field(() => Boolean, { description: 'Whether the operator lifted the rule that single sign-on comes before SCIM.' })
  scimWithoutSso: boolean;

  @Field(() => GroupMatchingEnum, { description: 'How pushed groups meet existing groups of the same name.' })
  groupMatching: GroupMatching;

  @Field(() => Int, {
    description:
      'After how many days without an active directory record manual memberships and direct grants of a user fall away.',
  })
  inactivityDays: number;

  @Field(() => Boolean, { description: 'Whether the sign-in pages show its name to whoever knows the slug.' })
  disclosesName: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Whom people without access are told to ask: an address or a sentence; null for nobody.',
  })
  signInContact: string | null;

  @Field(() => Boolean, {
    description:
      'Whether people may act in it who signed in by another way than a connection of its own, while it has an enabled one.',
  })
  acceptsOtherMethods: boolean;

  @Field(() => Int, { description: 'After how many minutes without a request a session ends in it.' })
  sessionIdleMinutes: number;

  @Field(() => Int, { description: 'After how many minutes a session ends in it in any case.' })
  sessionLifetimeMinutes: number;

  @Field(() => Int, {
    description: 'Rises with every change; give it as `ifVersion` to change only what you have seen.',
  })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt: Date;
}
