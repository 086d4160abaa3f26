import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar, JSONScalar } from '../scalars.ts';

@ObjectType('DirectoryGroupReference', { simpleResolvers: true, description: 'A directory group, by its name.' })
export class DirectoryGroupReferenceType {
  @Field(() => ID, { description: 'The id of the directory group.' })
  id: string;

  @Field(() => String, { description: 'Its name in the identity provider.' })
  displayName: string;
}

@ObjectType('DirectoryUser', {
  simpleResolvers: true,
  implements: NodeType,
  description: 'A person as the identity provider sent them: the record that SCIM reads and writes.',
})
export class DirectoryUserType {
  @Field(() => ID, { description: 'The id that SCIM clients know.' })
  id: string;

  @Field(() => Int, { description: 'Rises with every change; the SCIM ETag.' })
  version: number;

  @Field(() => JSONScalar, { description: 'The SCIM document as stored, without `schemas`, `id` and `meta`.' })
  resource: unknown;

  @Field(() => DateTimeScalar, { description: 'When the record was first pushed.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When the record was last changed.' })
  updatedAt: Date;

  @Field(() => [DirectoryGroupReferenceType], { description: 'The directory groups it is a direct member of.' })
  groups: DirectoryGroupReferenceType[];
}

export const DirectoryUserConnection = connectionType('DirectoryUser', () => DirectoryUserType);
