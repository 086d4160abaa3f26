import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { LinkPreview } from '../../domain/links/link-preview.ts';
import type { ManualMembers } from '../../domain/links/links.ts';
import { PageArgs, readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { groupsById } from '../groups/group.loader.ts';
import { GroupType } from '../groups/group.type.ts';
import { UserConnection } from '../users/user.type.ts';
import { LinkGainerConnection, LinkPreviewType, ManualMembersEnum } from './link.type.ts';

@Resolver(() => LinkPreviewType)
export class LinkPreviewResolver {
  @FieldResolver(() => GroupType, {
    nullable: true,
    description: 'The group that the people would come into; null for the link of a user, and where a new one is made.',
  })
  group(@Root() { link, targetId }: LinkPreview, @Ctx() { load }: GraphContext) {
    return link.kind === 'group' && targetId ? load(groupsById, targetId) : null;
  }

  @FieldResolver(() => LinkGainerConnection, {
    description:
      'The people who would come into the group anew, each with what they gain; empty for the link of a user.',
  })
  async people(
    @Root() preview: LinkPreview,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.links.listGainers(who, preview, page));
  }

  @FieldResolver(() => UserConnection, { description: 'Manual members of the group; empty for the link of a user.' })
  async manualMembers(
    @Root() preview: LinkPreview,
    @Arg('which', () => ManualMembersEnum, { description: 'Those absorbed, or those who stay.' }) which: ManualMembers,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.links.listManualMembers(who, preview, which, page));
  }
}
