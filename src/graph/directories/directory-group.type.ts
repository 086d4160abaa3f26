import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar, JSONScalar } from '../scalars.ts';

@ObjectType('DirectoryGroup', {
  simpleResolvers: true,
  implements: NodeType,
  description: 'A group as the identity provider sent it: the record that SCIM reads and writes.',
})
export class DirectoryGroupType {
  @Field(() => ID, { description: 'The id that SCIM clients know.' })
  id: string;

  @Field(() => Int, { description: 'Rises with every change; the SCIM ETag.' })
  version: number;

  @Field(() => JSONScalar, { description: 'The SCIM document as stored: `displayName` and `externalId`.' })
  resource: unknown;

  @Field(() => DateTimeScalar, { description: 'When the record was first pushed.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When the record was last changed.' })
  updatedAt: Date;
}

export const DirectoryGroupConnection = connectionType('DirectoryGroup', () => DirectoryGroupType);
