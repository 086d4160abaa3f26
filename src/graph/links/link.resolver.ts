import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { LinkRow } from '../../domain/links/links.store.ts';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import { orderedPageArgs, readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { groupsById } from '../groups/group.loader.ts';
import { GroupType } from '../groups/group.type.ts';
import { nullIfNotFound } from '../null-if-not-found.ts';
import { answerMutation } from '../payload.ts';
import { usersById } from '../users/user.loader.ts';
import { UserType } from '../users/user.type.ts';
import {
  ApproveLinkInput,
  LinkFilterInput,
  RejectLinkInput,
  RetryLinkInput,
  SeparateLinkInput,
  UnlinkInput,
} from './link.inputs.ts';
import {
  ApproveLinkPayload,
  RejectLinkPayload,
  RetryLinkPayload,
  SeparateLinkPayload,
  UnlinkPayload,
} from './link.payloads.ts';
import { LinkConnection, LinkPreviewType, LinkType } from './link.type.ts';

const LinkPageArgs = orderedPageArgs('Link', { createdAt: 'When the link was made.' });

@Resolver(() => LinkType)
export class LinkResolver {
  @Query(() => LinkType, { nullable: true, description: 'One link; null for an unknown id.' })
  async link(@Arg('id', () => ID, { description: 'The link.' }) id: string, @Ctx() { domain, actor }: GraphContext) {
    return domain.links.get(await actor(), id);
  }

  @Query(() => LinkConnection, { description: 'The links, in the order of their making unless asked otherwise.' })
  async links(
    @Args(() => LinkPageArgs) args: OrderedPageRequest<'createdAt'>,
    @Arg('filter', () => LinkFilterInput, { nullable: true, description: 'Which links; without it, all.' })
    filter: LinkFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.links.list(who, filter ?? {}, page));
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
      'Activates a link as its preview showed it: one that waits, was rejected, or was removed in the product. Needs `rollcall:links`, all that the link gives, and a fresh sign-in.',
  })
  approveLink(
    @Arg('input', () => ApproveLinkInput, { description: 'Which one.' }) input: ApproveLinkInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ link: await domain.linkDecisions.approve(await actor(), input) }));
  }

  @Mutation(() => RejectLinkPayload, {
    description: 'Declines a waiting link: SCIM keeps answering, nobody gains anything. Needs `rollcall:links`.',
  })
  rejectLink(
    @Arg('input', () => RejectLinkInput, { description: 'Which one.' }) input: RejectLinkInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ link: await domain.linkDecisions.reject(await actor(), input.id) }));
  }

  @Mutation(() => SeparateLinkPayload, {
    description:
      'Says that the record is not the user or group it waits for, and gives it one of its own. Needs `rollcall:links` and all that a new user would hold, and a fresh sign-in where that is sensitive.',
  })
  separateLink(
    @Arg('input', () => SeparateLinkInput, { description: 'Which one.' }) input: SeparateLinkInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ link: await domain.linkDecisions.separate(await actor(), input.id) }));
  }

  @Mutation(() => RetryLinkPayload, {
    description:
      'Tries a link in conflict again; a name that becomes free does so by itself, as far as whoever freed it may give what a new user would hold. Needs `rollcall:links` and all that a new user would hold, and a fresh sign-in where that is sensitive.',
  })
  retryLink(
    @Arg('input', () => RetryLinkInput, { description: 'Which one.' }) input: RetryLinkInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ link: await domain.linkDecisions.retry(await actor(), input.id) }));
  }

  @Mutation(() => UnlinkPayload, {
    description:
      'Undoes an active link; the identity provider is told nothing. Needs `rollcall:links`; to keep people all that they keep, and a fresh sign-in where that is sensitive.',
  })
  unlink(
    @Arg('input', () => UnlinkInput, { description: 'Which one.' }) input: UnlinkInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ link: await domain.linkDecisions.unlink(await actor(), input) }));
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'The user; null for the link of a group.' })
  user(@Root() link: LinkRow, @Ctx() { load }: GraphContext) {
    return link.kind === 'user' && link.targetId ? load(usersById, link.targetId) : null;
  }

  @FieldResolver(() => GroupType, {
    nullable: true,
    description: 'The group; null for the link of a user, and where the group was removed in the product.',
  })
  group(@Root() link: LinkRow, @Ctx() { load }: GraphContext) {
    return link.kind === 'group' && link.targetId ? load(groupsById, link.targetId) : null;
  }
}
