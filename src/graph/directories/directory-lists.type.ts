import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import type { DirectoryResourceRow } from '../../domain/directory-lists/directory-lists.ts';
import { DirectoryGroupType } from './directory-group.type.ts';
import { DirectoryUserType } from './directory-user.type.ts';

@ObjectType({ simpleResolvers: true })
abstract class PageOfListType {
  @Field(() => Int, {
    description:
      'How many match in all. Of a filter it is counted when a walk through the pages begins, of a whole directory with each page.',
  })
  totalCount: number;

  @Field(() => String, {
    nullable: true,
    description: 'The `cursor` of the next page; null on the last one, and for pages by `startIndex`.',
  })
  nextCursor: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The `cursor` of the page before; null on the first one, and for pages by `startIndex`.',
  })
  previousCursor: string | null;
}

@ObjectType('DirectoryUserList', {
  simpleResolvers: true,
  description: 'A page of the users of a directory (RFC 7644 §3.4.2.4, RFC 9865).',
})
export class DirectoryUserListType extends PageOfListType {
  @Field(() => [DirectoryUserType], { description: 'Those of the page, in the order of creation unless sorted.' })
  items: DirectoryUserType[];
}

@ObjectType('DirectoryGroupList', {
  simpleResolvers: true,
  description: 'A page of the groups of a directory (RFC 7644 §3.4.2.4, RFC 9865).',
})
export class DirectoryGroupListType extends PageOfListType {
  @Field(() => [DirectoryGroupType], { description: 'Those of the page, in the order of creation unless sorted.' })
  items: DirectoryGroupType[];
}

const DirectoryResourceUnion = createUnionType({
  name: 'DirectoryResource',
  description: 'A record of a directory.',
  types: () => [DirectoryUserType, DirectoryGroupType] as const,
  resolveType: (row) =>
    (row as unknown as DirectoryResourceRow).resourceType === 'User' ? DirectoryUserType : DirectoryGroupType,
});

@ObjectType('DirectoryResourceList', {
  simpleResolvers: true,
  description: 'A page of the users and groups of a directory together (RFC 7644 §3.4.2.1).',
})
export class DirectoryResourceListType extends PageOfListType {
  @Field(() => [DirectoryResourceUnion], { description: 'Those of the page, in the order of creation unless sorted.' })
  items: (typeof DirectoryResourceUnion)[];
}
