import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { DirectoryRow } from '../../domain/directories/directories.ts';
import { PageArgs, readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { ProvisioningEventConnection } from '../events/provisioning-event.type.ts';
import { answerMutation } from '../payload.ts';
import { CreateDirectoryInput, UpdateDirectoryInput } from './directory.inputs.ts';
import { CreateDirectoryPayload, UpdateDirectoryPayload } from './directory.payloads.ts';
import { DirectoryConnection, DirectoryType } from './directory.type.ts';
import { DirectoryGroupConnection } from './directory-group.type.ts';
import { DirectoryUserConnection } from './directory-user.type.ts';
import { ScimTokenType } from './scim-token.type.ts';

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

  @Query(() => DirectoryConnection, {
    description: 'The directories in the order of their making. Needs `rollcall:directories`.',
  })
  async directories(@Args(() => PageArgs) args: PageArgs, @Ctx() { domain, actor }: GraphContext) {
    const who = await actor();
    return readConnection(args, (page) => domain.directories.list(who, page));
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
  tenantUrl(@Root() directory: DirectoryRow, @Ctx() { tenantUrl }: GraphContext) {
    return tenantUrl(directory.id);
  }

  @FieldResolver(() => [ScimTokenType], { description: 'Its last 100 tokens, the newest first, revoked ones too.' })
  async tokens(@Root() directory: DirectoryRow, @Ctx() { domain, actor }: GraphContext) {
    return domain.scimTokens.list(await actor(), directory.id);
  }

  @FieldResolver(() => DirectoryUserConnection, { description: 'The people that it has sent.' })
  async users(
    @Root() directory: DirectoryRow,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.directoryLists.pageOfUsers(who, directory.id, page));
  }

  @FieldResolver(() => DirectoryGroupConnection, { description: 'The groups that it has sent.' })
  async groups(
    @Root() directory: DirectoryRow,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.directoryLists.pageOfGroups(who, directory.id, page));
  }

  @FieldResolver(() => ProvisioningEventConnection, { description: 'What its requests did, the newest first.' })
  async provisioningEvents(
    @Root() directory: DirectoryRow,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.provisioningEvents.list(who, directory.id, page));
  }
}
