import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, Info, Query, Resolver } from 'type-graphql';
import type { ListRequest } from '../../domain/directory-lists/directory-lists.ts';
import { tenantUrlOf } from '../../domain/public-address.ts';
import { GraphContext } from '../context.ts';
import { selects } from '../selection.ts';
import { DirectoryListArgs } from './directory-lists.inputs.ts';
import { DirectoryGroupListType, DirectoryResourceListType, DirectoryUserListType } from './directory-lists.type.ts';

@Resolver()
export class DirectoryListsResolver {
  @Query(() => DirectoryUserListType, { description: 'The users of a directory that match, as SCIM lists them.' })
  async directoryUsers(
    @Args(() => DirectoryListArgs) asked: DirectoryListArgs,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const actor = await context.actor();
    return context.domain.directoryLists.users(actor, requestOf(asked, context, info));
  }

  @Query(() => DirectoryGroupListType, { description: 'The groups of a directory that match, as SCIM lists them.' })
  async directoryGroups(
    @Args(() => DirectoryListArgs) asked: DirectoryListArgs,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const actor = await context.actor();
    return context.domain.directoryLists.groups(actor, requestOf(asked, context, info));
  }

  @Query(() => DirectoryResourceListType, {
    description:
      'The users and groups of a directory that match; what only users or groups have, is absent in the others.',
  })
  async directoryResources(
    @Args(() => DirectoryListArgs) asked: DirectoryListArgs,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const actor = await context.actor();
    return context.domain.directoryLists.resources(actor, requestOf(asked, context, info));
  }
}

function requestOf(asked: DirectoryListArgs, { address }: GraphContext, info: GraphQLResolveInfo): ListRequest {
  const withGroups = selects(info, 'items', 'groups');
  return { ...asked, withGroups, baseUrl: asked.baseUrl ?? tenantUrlOf(address, asked.directoryId) };
}
