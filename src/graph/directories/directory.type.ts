import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { DirectoryStatus, GroupMatchAttribute } from '../../domain/directories/directory.entity.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar } from '../scalars.ts';

export const DirectoryStatusEnum = graphEnum<DirectoryStatus>('DirectoryStatus', 'The life of a directory.', {
  observing: 'It takes everything, and nothing reaches the product until an admin activates it.',
  active: 'What it sends reaches the product.',
  paused: 'It takes everything: who leaves goes at once, who comes and what they are called waits.',
  retired: 'It refuses every call, for good.',
});

export const GroupMatchAttributeEnum = graphEnum<GroupMatchAttribute>(
  'GroupMatchAttribute',
  'What an identity provider finds its groups by.',
  {
    displayName: 'By name: two groups of one directory cannot share one.',
    externalId: 'By external id: two groups of one directory may share a name.',
  },
);

@ObjectType('Directory', {
  simpleResolvers: true,
  implements: NodeType,
  description: 'A connected identity provider with its SCIM endpoint.',
})
export class DirectoryType {
  @Field(() => ID, { description: 'The id of the directory, the last part of its Tenant URL.' })
  id: string;

  @Field(() => String, { description: 'What it is called.' })
  name: string;

  @Field(() => DirectoryStatusEnum, { description: 'Where it stands.' })
  status: DirectoryStatus;

  @Field(() => GroupMatchAttributeEnum, { description: 'What the identity provider finds its groups by.' })
  matchesGroupsBy: GroupMatchAttribute;

  @Field(() => Boolean, { description: 'Whether it refuses what is tolerated otherwise, such as unknown members.' })
  isStrict: boolean;

  @Field(() => Int, {
    description:
      'Whose record decides the profile of a person whom several directories have: the lowest number, then the older directory.',
  })
  precedence: number;

  @Field(() => Boolean, {
    description:
      'False while an activation, or a new precedence, is still being carried out for its records; what a crash leaves undone is gone on with within minutes.',
  })
  isSettled: boolean;

  @Field(() => Int, {
    description: 'Rises with every change; give it as `ifVersion` to change only what you have seen.',
  })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was connected.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt: Date;
}

export const DirectoryConnection = connectionType('Directory', () => DirectoryType);
