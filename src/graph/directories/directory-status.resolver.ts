import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { MatchingPerson } from '../../domain/directories/directory-preview.store.ts';
import type { DirectoryPreview } from '../../domain/directories/directory-preview.ts';
import type { GroupOutcome, PreviewedGroup } from '../../domain/directories/preview-groups.ts';
import { PageArgs, readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { groupsById } from '../groups/group.loader.ts';
import { GroupType } from '../groups/group.type.ts';
import { nullIfNotFound } from '../null-if-not-found.ts';
import { answerMutation } from '../payload.ts';
import { usersById } from '../users/user.loader.ts';
import { UserType } from '../users/user.type.ts';
import {
  DirectoryPreviewType,
  GroupOutcomeEnum,
  MatchingPersonConnection,
  MatchingPersonType,
  PreviewedGroupConnection,
  PreviewedGroupType,
} from './directory-preview.type.ts';
import { ActivateDirectoryInput, PauseDirectoryInput, RetireDirectoryInput } from './directory-status.inputs.ts';
import {
  ActivateDirectoryPayload,
  PauseDirectoryPayload,
  RetireDirectoryPayload,
} from './directory-status.payloads.ts';

@Resolver(() => DirectoryPreviewType)
export class DirectoryStatusResolver {
  @Query(() => DirectoryPreviewType, {
    nullable: true,
    description:
      'What activating a directory that observes, or is paused, would do, without doing it; null for an unknown id. Needs `rollcall:directories`.',
  })
  async directoryPreview(
    @Arg('id', () => ID, { description: 'The directory.' }) id: string,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return nullIfNotFound(domain.directoryStatuses.preview(await actor(), id));
  }

  @Mutation(() => ActivateDirectoryPayload, {
    description:
      'Lets a directory reach the product as its preview showed it, and answers when all its records have. Needs `rollcall:directories`, all that the joined groups give, and a fresh sign-in.',
  })
  activateDirectory(
    @Arg('input', () => ActivateDirectoryInput, { description: 'Which one.' }) input: ActivateDirectoryInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      directory: await domain.directoryStatuses.activate(await actor(), input),
    }));
  }

  @Mutation(() => PauseDirectoryPayload, {
    description:
      'Lets an active directory wait: who leaves goes at once; who comes, and what they are called, waits until it is activated again. Needs `rollcall:directories`.',
  })
  pauseDirectory(
    @Arg('input', () => PauseDirectoryInput, { description: 'Which one.' }) input: PauseDirectoryInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      directory: await domain.directoryStatuses.pause(await actor(), input.id),
    }));
  }

  @Mutation(() => RetireDirectoryPayload, {
    description:
      'Disconnects a directory for good: its tokens end, its links are superseded, and groups that only it filled go. Needs `rollcall:directories`, `rollcall:organization` where owners are among its people, and with KEEP all that they hold and, where that is sensitive, a fresh sign-in.',
  })
  retireDirectory(
    @Arg('input', () => RetireDirectoryInput, { description: 'Which one.' }) input: RetireDirectoryInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      directory: await domain.directoryStatuses.retire(await actor(), input),
    }));
  }

  @FieldResolver(() => PreviewedGroupConnection, {
    description: 'The groups that would be linked, in the order of their making.',
  })
  groups(
    @Root() preview: DirectoryPreview,
    @Args(() => PageArgs) args: PageArgs,
    @Arg('outcomes', () => [GroupOutcomeEnum], {
      nullable: true,
      description: 'Those with one of these outcomes; absent for all.',
    })
    outcomes: GroupOutcome[] | null | undefined,
    @Ctx() { domain }: GraphContext,
  ) {
    return readConnection(args, (page) => domain.directoryStatuses.listPreviewedGroups(preview, page, outcomes));
  }

  @FieldResolver(() => MatchingPersonConnection, {
    description: 'The people whose links would wait, in the order of their making.',
  })
  async matchingPeople(
    @Root() preview: DirectoryPreview,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.directoryStatuses.listMatchingPeople(who, preview, page));
  }
}

@Resolver(() => PreviewedGroupType)
export class PreviewedGroupResolver {
  @FieldResolver(() => GroupType, {
    nullable: true,
    description: 'The existing group that it joins, waits for, or whose name it has; null for a new one.',
  })
  group(@Root() previewed: PreviewedGroup, @Ctx() { load }: GraphContext) {
    return previewed.groupId ? load(groupsById, previewed.groupId) : null;
  }
}

@Resolver(() => MatchingPersonType)
export class MatchingPersonResolver {
  @FieldResolver(() => UserType, { nullable: true, description: 'The user whom they may be.' })
  user(@Root() person: MatchingPerson, @Ctx() { load }: GraphContext) {
    return load(usersById, person.userId);
  }
}
