import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { DirectoryOrderField, DirectoryRow } from '../../domain/directories/directories.store.ts';
import type {
  DirectoryGroupOrderField,
  DirectoryUserOrderField,
} from '../../domain/directory-lists/directory-lists.store.ts';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import { tenantUrlOf } from '../../domain/public-address.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { answerMutation } from '../payload.ts';
import {
  CreateDirectoryInput,
  DirectoriesFilterInput,
  DirectoryPageArgs,
  UpdateDirectoryInput,
} from './directory.inputs.ts';
import { CreateDirectoryPayload, UpdateDirectoryPayload } from './directory.payloads.ts';
import { DirectoryConnection, DirectoryType } from './directory.type.ts';
import { DirectoryGroupConnection } from './directory-group.type.ts';
import {
  DirectoryGroupFilterInput,
  DirectoryGroupPageArgs,
  DirectoryUserFilterInput,
  DirectoryUserPageArgs,
} from './directory-lists.inputs.ts';
import { DirectoryUserConnection } from './directory-user.type.ts';

@Resolver(() => DirectoryType)
export class DirectoryResolver {
  @Query(() => DirectoryType, {
    nullable: true,
    description: 'One directory; null for an unknown id. Needs `rollcall:directories`.',
  })
  async directory(
    @Arg('id', () => ID, { description: 'The directory.' }) id: string,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return domain.directories.get(await actor(), id);
  }

  @Query(() => Boolean, {
    description: 'Whether a directory takes only what keeps to the letter of the RFCs; its own credentials may ask.',
  })
  async isDirectoryStrict(
    @Arg('directoryId', () => ID, { description: 'The directory.' }) directoryId: string,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return domain.directories.isStrict(await actor(), directoryId);
  }

  @Query(() => DirectoryConnection, {
    description: 'The directories. Needs `rollcall:directories`.',
  })
  async directories(
    @Args(() => DirectoryPageArgs) args: OrderedPageRequest<DirectoryOrderField>,
    @Arg('filter', () => DirectoriesFilterInput, { nullable: true, description: 'Which ones; without it, all.' })
    filter: DirectoriesFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.directories.list(who, page, filter ?? {}));
  }

  @Mutation(() => CreateDirectoryPayload, { description: 'Connects a directory. Needs `rollcall:directories`.' })
  createDirectory(
    @Arg('input', () => CreateDirectoryInput, { description: 'The directory.' }) input: CreateDirectoryInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ directory: await domain.directories.create(await actor(), input) }));
  }

  @Mutation(() => UpdateDirectoryPayload, {
    description: 'Changes the settings of a directory. Needs `rollcall:directories`.',
  })
  updateDirectory(
    @Arg('input', () => UpdateDirectoryInput, { description: 'The changes.' }) input: UpdateDirectoryInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ directory: await domain.directories.update(await actor(), input) }));
  }

  @FieldResolver(() => String, {
    description: 'What the identity provider calls the Tenant URL: where it sends its SCIM requests.',
  })
  tenantUrl(@Root() directory: DirectoryRow, @Ctx() { address }: GraphContext) {
    return tenantUrlOf(address, directory.id);
  }

  @FieldResolver(() => DirectoryUserConnection, { description: 'The people that it has sent.' })
  async users(
    @Root() directory: DirectoryRow,
    @Args(() => DirectoryUserPageArgs) args: OrderedPageRequest<DirectoryUserOrderField>,
    @Arg('filter', () => DirectoryUserFilterInput, { nullable: true, description: 'Which people; without it, all.' })
    filter: DirectoryUserFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.directoryLists.pageOfUsers(who, directory.id, page, filter ?? {}));
  }

  @FieldResolver(() => DirectoryGroupConnection, { description: 'The groups that it has sent.' })
  async groups(
    @Root() directory: DirectoryRow,
    @Args(() => DirectoryGroupPageArgs) args: OrderedPageRequest<DirectoryGroupOrderField>,
    @Arg('filter', () => DirectoryGroupFilterInput, { nullable: true, description: 'Which groups; without it, all.' })
    filter: DirectoryGroupFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.directoryLists.pageOfGroups(who, directory.id, page, filter ?? {}));
  }
}
