import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { UserSessionOrderField } from '../../domain/accounts/user-sessions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import { signInAgainUrl } from '../../domain/sign-in-addresses.ts';
import type { UserRow } from '../../domain/users/users.store.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { answerMutation } from '../payload.ts';
import { UserType } from '../users/user.type.ts';
import { viewerOf } from '../viewer/viewer.ts';
import {
  EndMySessionsInput,
  EndSessionInput,
  EndUserSessionsInput,
  SignOutInput,
  SwitchOrganizationInput,
  UserSessionPageArgs,
} from './session.inputs.ts';
import { sessionsOfUsers } from './session.loader.ts';
import {
  EndMySessionsPayload,
  EndSessionPayload,
  EndUserSessionsPayload,
  SignOutPayload,
  SwitchOrganizationPayload,
} from './session.payloads.ts';
import { UserSessionConnection } from './session.type.ts';

@Resolver()
export class SessionResolver {
  @Mutation(() => SwitchOrganizationPayload, {
    description:
      'Has the session act in another of your organizations, where you are signed in to it already or it takes how you signed in.',
  })
  async switchOrganization(
    @Arg('input', () => SwitchOrganizationInput, { description: 'Which one.' }) input: SwitchOrganizationInput,
    @Ctx() { domain, requireSession, address }: GraphContext,
  ) {
    const { cookie } = await requireSession();
    let elsewhere: string | null = null;
    const work = async () => {
      try {
        return { viewer: viewerOf(await domain.sessions.switchOrganization(cookie, input.organizationId)) };
      } catch (error) {
        if (error instanceof DomainError && error.code === 'signInRequired') {
          const { slug, hasConnection } = error.details;
          elsewhere = signInAgainUrl(address.publicUrl, {
            slug: String(slug),
            hasConnection: hasConnection === true,
          });
        }
        throw error;
      }
    };
    return { ...(await answerMutation(input, work)), signInUrl: elsewhere };
  }

  @Mutation(() => SignOutPayload, {
    description:
      'Ends the session of this request, in every organization. What its cookie opens is nothing from then on.',
  })
  async signOut(
    @Arg('input', () => SignOutInput, { description: 'From where.' }) input: SignOutInput,
    @Ctx() { domain, requireSession }: GraphContext,
  ) {
    const { session, cookie } = await requireSession();
    return answerMutation(input, async () => {
      if (input.everywhere) await domain.ownSessions.endAll(session, null);
      else await domain.sessions.signOut(cookie);
      return { isSignedOut: true };
    });
  }

  @Mutation(() => EndSessionPayload, {
    description:
      "Ends a session: one of yours in every organization, another's in this one, which needs `rollcall:users` and a fresh sign-in.",
  })
  endSession(
    @Arg('input', () => EndSessionInput, { description: 'Which one.' }) input: EndSessionInput,
    @Ctx() context: GraphContext,
  ) {
    return answerMutation(input, async () => {
      const session = await context.viewerSession();
      const isOwn = session && (await context.domain.ownSessions.end(session, input.id));
      if (!isOwn) await context.domain.userSessions.end(await context.actor(), input.id);
      return { endedId: input.id };
    });
  }

  @Mutation(() => EndMySessionsPayload, {
    description: 'Ends your other sessions, in every organization; that of this request too where it is asked for.',
  })
  async endMySessions(
    @Arg('input', () => EndMySessionsInput, { description: 'Which ones.' }) input: EndMySessionsInput,
    @Ctx() { domain, requireSession }: GraphContext,
  ) {
    const { session } = await requireSession();
    const kept = input.includesThis ? null : session.sessionId;
    return answerMutation(input, async () => ({ endedCount: await domain.ownSessions.endAll(session, kept) }));
  }

  @Mutation(() => EndUserSessionsPayload, {
    description: 'Ends all sessions of a user in this organization. Needs `rollcall:users` and a fresh sign-in.',
  })
  endUserSessions(
    @Arg('input', () => EndUserSessionsInput, { description: 'Whose.' }) input: EndUserSessionsInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      endedCount: await domain.userSessions.endAllOf(await actor(), input.userId),
    }));
  }
}

@Resolver(() => UserType)
export class UserSessionsResolver {
  @FieldResolver(() => UserSessionConnection, {
    description: 'The browsers in which the user is signed in to this organization. Needs `rollcall:users`.',
  })
  sessions(
    @Root() { id }: UserRow,
    @Args(() => UserSessionPageArgs) args: OrderedPageRequest<UserSessionOrderField>,
    @Ctx() { loadWith }: GraphContext,
  ) {
    return readConnection(args, (page) => loadWith(sessionsOfUsers, id, page));
  }
}
