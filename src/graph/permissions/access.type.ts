import { Field, ID, ObjectType } from 'type-graphql';
import type { AccessPath, InactiveReason } from '../../domain/permissions/access.store.ts';
import type { BuiltInSet } from '../../domain/permissions/permission-set.entity.ts';
import { graphEnum } from '../enum.ts';
import { BuiltInSetEnum } from './permission-set.type.ts';

const AccessSourceEnum = graphEnum<AccessPath['source']>('AccessSource', 'How a grant reaches a user.', {
  direct: 'It is given to the user.',
  manual: 'It is given to a group that an admin put the user into.',
  directory: 'It is given to a group that a directory group of the user is linked to.',
});

const InactiveReasonEnum = graphEnum<InactiveReason>('InactiveReason', 'Why a user may do nothing now.', {
  blocked: 'An admin blocked them.',
  removed: 'They were removed from the organization.',
  inactiveInDirectory: 'No linked directory has them as active.',
});

@ObjectType('AccessPath', { simpleResolvers: true, description: 'One way on which a permission reaches a user.' })
export class AccessPathType {
  @Field(() => AccessSourceEnum, { description: 'How the grant reaches them.' })
  source: AccessPath['source'];

  @Field(() => ID, { description: 'The grant.' })
  grantId: string;

  @Field(() => ID, { description: 'The permission set that is granted.' })
  permissionSetId: string;

  @Field(() => String, { description: 'The name of the permission set.' })
  permissionSetName: string;

  @Field(() => BuiltInSetEnum, { nullable: true, description: 'Which built-in set it is; null for one of your own.' })
  builtIn: BuiltInSet | null;

  @Field(() => ID, { nullable: true, description: 'The group that has the grant; null for a direct one.' })
  groupId: string | null;

  @Field(() => String, { nullable: true, description: 'The name of that group.' })
  groupName: string | null;

  @Field(() => ID, { nullable: true, description: 'The link that joins the directory group to the group.' })
  groupLinkId: string | null;

  @Field(() => ID, { nullable: true, description: 'The directory group that the person is a member of.' })
  directoryGroupId: string | null;

  @Field(() => String, { nullable: true, description: 'The name of that directory group.' })
  directoryGroupName: string | null;
}

@ObjectType('AccessExplanation', { simpleResolvers: true, description: 'Why a user may, or may not, do something.' })
export class AccessExplanationType {
  @Field(() => Boolean, { description: 'Whether they may, as `check` answers.' })
  isAllowed: boolean;

  @Field(() => InactiveReasonEnum, {
    nullable: true,
    description: 'Why the paths lead nowhere now; null for an active user.',
  })
  inactiveReason: InactiveReason | null;

  @Field(() => [AccessPathType], {
    description: 'Every way on which the permission reaches them, also while they are inactive.',
  })
  paths: AccessPathType[];
}
