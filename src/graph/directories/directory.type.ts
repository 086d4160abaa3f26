import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { DirectoryStatus, GroupMatchAttribute } from '../../domain/directories/directory.entity.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { DateTimeScalar } from '../scalars.ts';

const DirectoryStatusEnum = graphEnum<DirectoryStatus>('DirectoryStatus', 'The life of a directory.', {
  observing: 'It is read, but nothing reaches the product yet.',
  active: 'What it sends reaches the product.',
  paused: 'It is read, but changes wait.',
  retired: 'It is connected no more.',
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
    description: 'Rises with every change; give it as `ifVersion` to change only what you have seen.',
  })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was connected.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt: Date;
}

export const DirectoryConnection = connectionType('Directory', () => DirectoryType);
