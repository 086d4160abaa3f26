import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { MemberSource } from '../../domain/groups/effective-members.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar } from '../scalars.ts';

export const MemberSourceEnum = graphEnum<MemberSource>('MemberSource', 'How somebody is in a group.', {
  manual: 'An admin put them there.',
  directory: 'Through the directory group that fills it.',
  both: 'By hand and through the directory group.',
});

@ObjectType('Group', {
  simpleResolvers: true,
  implements: NodeType,
  description: 'A named set of users, as the product sees it; it carries permissions by its grants.',
})
export class GroupType {
  @Field(() => ID, { description: 'The id of the group.' })
  id: string;

  @Field(() => String, {
    description: 'Its name, unique in the organization; a directory group of the same name joins it.',
  })
  name: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The directory whose push made the group; null when it was made in the product.',
  })
  createdByDirectoryId: string | null;

  @Field(() => Boolean, { description: 'Whether a directory group fills it now; it then takes no new manual members.' })
  isLinked: boolean;

  @Field(() => Boolean, {
    description:
      'Whether it grants owner, admin or a sensitive permission, so that no directory joins it without approval.',
  })
  isProtected: boolean;

  @Field(() => Int, { description: 'Rises with every change but those of members; give it as `ifVersion`.' })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt: Date;
}

export const GroupConnection = connectionType('Group', () => GroupType);

@ObjectType('GroupMembership', { simpleResolvers: true, description: 'A group that a user is in, and how.' })
export class GroupMembershipType {
  @Field(() => GroupType, { description: 'The group.' })
  group: GroupType;

  @Field(() => MemberSourceEnum, { description: 'How the user is in it.' })
  source: MemberSource;
}
