import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { BindingRequestOrderField, BindingRequestRow } from '../../domain/bindings/binding-requests.store.ts';
import type { BindingOrderField, BindingRow } from '../../domain/bindings/bindings.store.ts';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { nullIfNotFound } from '../null-if-not-found.ts';
import { answerMutation } from '../payload.ts';
import { ssoConnectionsById } from '../sso-connections/sso-connection.loader.ts';
import { SsoConnectionType } from '../sso-connections/sso-connection.type.ts';
import { usersById } from '../users/user.loader.ts';
import { UserType } from '../users/user.type.ts';
import {
  ApproveBindingRequestInput,
  BindingFilterInput,
  BindingPageArgs,
  BindingRequestFilterInput,
  BindingRequestPageArgs,
  EndBindingInput,
  RejectBindingRequestInput,
} from './sign-in.inputs.ts';
import { ApproveBindingRequestPayload, EndBindingPayload, RejectBindingRequestPayload } from './sign-in.payloads.ts';
import { BindingConnection, BindingRequestConnection, BindingRequestType, BindingType } from './sign-in.type.ts';

@Resolver(() => BindingType)
export class BindingResolver {
  @Query(() => BindingConnection, {
    description:
      'Who signs in through the SSO connections is which user, ended ones too. Needs `rollcall:connections`.',
  })
  async bindings(
    @Args(() => BindingPageArgs) args: OrderedPageRequest<BindingOrderField>,
    @Arg('filter', () => BindingFilterInput, { nullable: true, description: 'Which ones; without it, all.' })
    filter: BindingFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.bindings.list(who, page, filter ?? {}));
  }

  @Mutation(() => EndBindingPayload, {
    description:
      "Ends a binding and the user's sessions; their next sign-in is matched anew. Needs `rollcall:connections` and a fresh sign-in.",
  })
  endBinding(
    @Arg('input', () => EndBindingInput, { description: 'Which one.' }) input: EndBindingInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({ binding: await domain.bindings.end(await actor(), input.id) }));
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'The user.' })
  user(@Root() binding: BindingRow, @Ctx() { load }: GraphContext) {
    return load(usersById, binding.userId);
  }

  @FieldResolver(() => SsoConnectionType, { nullable: true, description: 'The connection; null once it was deleted.' })
  connection(@Root() binding: BindingRow, @Ctx() { load }: GraphContext) {
    return load(ssoConnectionsById, binding.connectionId);
  }
}

@Resolver(() => BindingRequestType)
export class BindingRequestResolver {
  @Query(() => BindingRequestType, {
    nullable: true,
    description: 'One binding request; null for an unknown id. Needs `rollcall:connections`.',
  })
  async bindingRequest(
    @Arg('id', () => ID, { description: 'The request.' }) id: string,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return nullIfNotFound(domain.bindingRequests.get(await actor(), id));
  }

  @Query(() => BindingRequestConnection, {
    description: 'Sign-ins that wait for an admin, and decided ones. Needs `rollcall:connections`.',
  })
  async bindingRequests(
    @Args(() => BindingRequestPageArgs) args: OrderedPageRequest<BindingRequestOrderField>,
    @Arg('filter', () => BindingRequestFilterInput, { nullable: true, description: 'Which ones; without it, all.' })
    filter: BindingRequestFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.bindingRequests.list(who, page, filter ?? {}));
  }

  @Mutation(() => ApproveBindingRequestPayload, {
    description:
      'Says who a person is: from their next sign-in they get in, and who was that user through the same connection before does not. Without a candidate they are made a user then. Of a request for `OTHER_SIGN_IN_METHOD` it says besides that the accounts with their e-mail address are somebody else’s: they get one of their own, and no such account is the user any more. Needs `rollcall:connections`, a fresh sign-in, and, where there is a candidate, all that the user holds.',
  })
  approveBindingRequest(
    @Arg('input', () => ApproveBindingRequestInput, { description: 'Which one.' }) input: ApproveBindingRequestInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      bindingRequest: await domain.bindingRequests.approve(await actor(), input),
    }));
  }

  @Mutation(() => RejectBindingRequestPayload, {
    description:
      'Says that a person is none of the candidates: they stay out. What was approved without a candidate can still be rejected, until they have got in. Needs `rollcall:connections` and a fresh sign-in.',
  })
  rejectBindingRequest(
    @Arg('input', () => RejectBindingRequestInput, { description: 'Which one.' }) input: RejectBindingRequestInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      bindingRequest: await domain.bindingRequests.reject(await actor(), input.id),
    }));
  }

  @FieldResolver(() => [UserType], {
    description: 'The users whom the person may be; none for somebody who would be made a user.',
  })
  async candidates(@Root() request: BindingRequestRow, @Ctx() { load }: GraphContext) {
    const users = await Promise.all(request.candidateUserIds.map((id) => load(usersById, id)));
    return users.filter((user) => user !== undefined);
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description: 'Who was approved; null unless somebody was, and for who is made a user at their next sign-in.',
  })
  user(@Root() request: BindingRequestRow, @Ctx() { load }: GraphContext) {
    return request.userId ? load(usersById, request.userId) : null;
  }

  @FieldResolver(() => SsoConnectionType, { nullable: true, description: 'The connection; null once it was deleted.' })
  connection(@Root() request: BindingRequestRow, @Ctx() { load }: GraphContext) {
    return load(ssoConnectionsById, request.connectionId);
  }
}
