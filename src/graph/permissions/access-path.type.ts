import { Field, ID, ObjectType } from 'type-graphql';
import type { ActorRecord } from '../../domain/actors/actor.ts';
import type { AccessPath, AccessSource } from '../../domain/permissions/explanation.store.ts';
import type { BuiltInSet } from '../../domain/permissions/permission-set.entity.ts';
import { ActorType } from '../api-keys/actor.type.ts';
import { graphEnum } from '../enum.ts';
import { DateTimeScalar } from '../scalars.ts';
import { BuiltInSetEnum } from './permission-set.type.ts';

type Step<Name extends keyof AccessPath> = NonNullable<AccessPath[Name]>;

const AccessSourceEnum = graphEnum<AccessSource>('AccessSource', 'How a permission set reaches a user.', {
  direct: 'It is granted to the user.',
  manual: 'It is granted to a group that an admin put the user into.',
  directory: 'It is granted to a group that a directory group of the user is linked to.',
  default: 'Every active user of the organization has it.',
});

@ObjectType('PathPermissionSet', { simpleResolvers: true, description: 'The permission set at the end of a path.' })
class PathPermissionSetType implements Step<'permissionSet'> {
  @Field(() => ID, { description: 'The permission set.' })
  id: string;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => BuiltInSetEnum, { nullable: true, description: 'Which built-in set it is; null for one of your own.' })
  builtIn: BuiltInSet | null;
}

@ObjectType('PathSpace', { simpleResolvers: true, description: 'The space that a grant counts in.' })
class PathSpaceType {
  @Field(() => ID, { description: 'The space.' })
  id: string;

  @Field(() => String, { description: 'Its name.' })
  name: string;
}

@ObjectType('PathGrant', { simpleResolvers: true, description: 'The grant that a path goes through.' })
class PathGrantType implements Step<'grant'> {
  @Field(() => ID, { description: 'The grant.' })
  id: string;

  @Field(() => ActorType, { description: 'Who gave it.' })
  grantedBy: ActorRecord;

  @Field(() => DateTimeScalar, { description: 'When.' })
  grantedAt: Date;

  @Field(() => PathSpaceType, { nullable: true, description: 'Where it counts; null for the whole organization.' })
  space: PathSpaceType | null;
}

@ObjectType('PathGroup', { simpleResolvers: true, description: 'The group that a path goes through.' })
class PathGroupType implements Step<'group'> {
  @Field(() => ID, { description: 'The group.' })
  id: string;

  @Field(() => String, { description: 'Its name.' })
  name: string;
}

@ObjectType('PathMembership', { simpleResolvers: true, description: 'How a member by hand came into the group.' })
class PathMembershipType implements Step<'membership'> {
  @Field(() => ActorType, { nullable: true, description: 'Who put them there; null when it was not kept.' })
  addedBy: ActorRecord | null;

  @Field(() => DateTimeScalar, { description: 'When.' })
  addedAt: Date;
}

@ObjectType('PathLink', { simpleResolvers: true, description: 'The link that a path goes through.' })
class PathLinkType implements Step<'groupLink'> {
  @Field(() => ID, { description: 'The link.' })
  id: string;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => ActorType, { nullable: true, description: 'Who decided on it; null where nobody had to.' })
  decidedBy: ActorRecord | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was decided on; null where nobody had to.' })
  decidedAt: Date | null;
}

@ObjectType('PathDirectoryGroup', {
  simpleResolvers: true,
  description: 'The directory group that a path goes through.',
})
class PathDirectoryGroupType implements Step<'directoryGroup'> {
  @Field(() => ID, { description: 'The directory group.' })
  id: string;

  @Field(() => String, { description: 'Its name in the identity provider.' })
  name: string;
}

@ObjectType('PathRequest', {
  simpleResolvers: true,
  description: 'The request by which the identity provider made the person a member of the directory group.',
})
class PathRequestType implements Step<'memberRequest'> {
  @Field(() => ID, { description: 'The provisioning event of the request.' })
  id: string;

  @Field(() => String, { description: 'Its method, such as `PATCH`.' })
  method: string;

  @Field(() => String, { description: 'Its path.' })
  path: string;

  @Field(() => String, { description: 'Its id, as it stands in the log.' })
  requestId: string;

  @Field(() => DateTimeScalar, { description: 'When it was answered.' })
  at: Date;
}

@ObjectType('PathDirectoryUser', { simpleResolvers: true, description: 'The directory user that a path begins with.' })
class PathDirectoryUserType implements Step<'directoryUser'> {
  @Field(() => ID, { description: 'The directory user.' })
  id: string;

  @Field(() => String, { description: 'The userName in the identity provider.' })
  userName: string;

  @Field(() => Boolean, { description: 'Whether the identity provider has the person as active.' })
  active: boolean;

  @Field(() => ID, { description: 'The directory.' })
  directoryId: string;

  @Field(() => String, { description: 'The name of the directory.' })
  directoryName: string;
}

@ObjectType('AccessPath', {
  simpleResolvers: true,
  description: 'One way on which a permission reaches a user, step by step; steps that it does not take are null.',
})
export class AccessPathType implements AccessPath {
  @Field(() => AccessSourceEnum, { description: 'How the permission set reaches them.' })
  source: AccessSource;

  @Field(() => Boolean, { description: 'False while the directory user that it begins with is inactive or held.' })
  isEffective: boolean;

  @Field(() => PathPermissionSetType, { description: 'The permission set that holds the permission.' })
  permissionSet: PathPermissionSetType;

  @Field(() => PathGrantType, { nullable: true, description: 'Its grant; null for the default permission set.' })
  grant: PathGrantType | null;

  @Field(() => PathGroupType, { nullable: true, description: 'The group that has the grant.' })
  group: PathGroupType | null;

  @Field(() => PathMembershipType, { nullable: true, description: 'How a member by hand came into the group.' })
  membership: PathMembershipType | null;

  @Field(() => PathLinkType, { nullable: true, description: 'What joins the directory group to the group.' })
  groupLink: PathLinkType | null;

  @Field(() => PathDirectoryGroupType, { nullable: true, description: 'The directory group behind the group.' })
  directoryGroup: PathDirectoryGroupType | null;

  @Field(() => PathRequestType, {
    nullable: true,
    description: 'The request that made them a member of the directory group; null where it is not known any more.',
  })
  memberRequest: PathRequestType | null;

  @Field(() => PathDirectoryUserType, { nullable: true, description: 'The member of the directory group.' })
  directoryUser: PathDirectoryUserType | null;

  @Field(() => PathLinkType, { nullable: true, description: 'What joins that directory user to the user.' })
  userLink: PathLinkType | null;
}
