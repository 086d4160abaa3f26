import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { LinkState } from '../../domain/directories/link.entity.ts';
import type { LinkRow } from '../../domain/directories/links.store.ts';
import { PageArgs, readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { groupsById } from '../groups/group.loader.ts';
import { GroupType } from '../groups/group.type.ts';
import { nullIfNotFound } from '../null-if-not-found.ts';
import { answerMutation } from '../payload.ts';
import { usersById } from '../users/user.loader.ts';
import { UserType } from '../users/user.type.ts';
import { ApproveLinkInput, RejectLinkInput } from './link.inputs.ts';
import { ApproveLinkPayload, RejectLinkPayload } from './link.payloads.ts';
import { LinkConnection, LinkKindEnum, LinkPreviewType, LinkStateEnum, LinkType } from './link.type.ts';

@Resolver(() => LinkType)
export class LinkResolver {
  @Query(() => LinkType, { nullable: true, description: 'One link; null for an unknown id.' })
  async link(@Arg('id', () => ID, { description: 'The link.' }) id: string, @Ctx() { domain, actor }: GraphContext) {
    return domain.links.get(await actor(), id);
  }

  @Query(() => LinkConnection, { description: 'The links in the order of their making.' })
  async links(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('states', () => [LinkStateEnum], {
      nullable: true,
      description: 'Those in one of these states; absent for all.',
    })
    states: LinkState[] | null | undefined,
    @Arg('kind', () => LinkKindEnum, { nullable: true, description: 'Those of users or of groups; absent for both.' })
    kind: LinkRow['kind'] | null | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    const filter = { states: states ?? null, kind: kind ?? null };
    return readConnection(args, (page) => domain.links.list(who, filter, page));
  }

  @Query(() => LinkPreviewType, {
    nullable: true,
    description: 'What approving a link would do, without doing it; null for an unknown id. Needs `rollcall:links`.',
  })
  async linkPreview(
    @Arg('id', () => ID, { description: 'The link.' }) id: string,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return nullIfNotFound(domain.links.preview(await actor(), id));
  }

  @Mutation(() => ApproveLinkPayload, {
    description:
      'Activates a waiting link as its preview showed it. Needs `rollcall:links` and all that the link gives.',
  })
  approveLink(
    @Arg('input', () => ApproveLinkInput, { description: 'Which one.' }) input: ApproveLinkInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ link: await domain.links.approve(await actor(), input) }));
  }

  @Mutation(() => RejectLinkPayload, {
    description: 'Declines a waiting link: SCIM keeps answering, nobody gains anything. Needs `rollcall:links`.',
  })
  rejectLink(
    @Arg('input', () => RejectLinkInput, { description: 'Which one.' }) input: RejectLinkInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ link: await domain.links.reject(await actor(), input.id) }));
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'The user; null for the link of a group.' })
  user(@Root() link: LinkRow, @Ctx() { load }: GraphContext) {
    return link.kind === 'user' ? load(usersById, link.targetId) : null;
  }

  @FieldResolver(() => GroupType, { nullable: true, description: 'The group; null for the link of a user.' })
  group(@Root() link: LinkRow, @Ctx() { load }: GraphContext) {
    return link.kind === 'group' ? load(groupsById, link.targetId) : null;
  }
}
