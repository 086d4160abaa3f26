import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import type { SignInPersonRow, SignInStanding } from '../../domain/sign-in/sign-in-health.store.ts';
import type { SignInEventOrderField, SignInEventRow } from '../../domain/sign-in-log/sign-in-events.store.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { OrganizationType } from '../organizations/organization.type.ts';
import { ssoConnectionsById } from '../sso-connections/sso-connection.loader.ts';
import { SsoConnectionType } from '../sso-connections/sso-connection.type.ts';
import { usersById } from '../users/user.loader.ts';
import { UserType } from '../users/user.type.ts';
import { SignInEventFilterInput, SignInEventPageArgs, SignInPersonPageArgs } from './sign-in.inputs.ts';
import {
  SignInEventConnection,
  SignInEventType,
  SignInHealthType,
  SignInPersonConnection,
  SignInPersonType,
  SignInStandingEnum,
} from './sign-in.type.ts';

@Resolver(() => SignInEventType)
export class SignInEventResolver {
  @Query(() => SignInEventType, {
    nullable: true,
    description: 'One sign-in by its id; null for an unknown one. Needs `rollcall:connections`.',
  })
  async signInEvent(
    @Arg('id', () => ID, { description: 'The id, as the page of a refusal shows it.' }) id: string,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const [event] = await domain.signInEvents.getMany(await actor(), [id]);
    return event ?? null;
  }

  @Query(() => SignInEventConnection, {
    description: 'The sign-ins of the last 400 days, the newest first. Needs `rollcall:connections`.',
  })
  async signInEvents(
    @Args(() => SignInEventPageArgs) args: OrderedPageRequest<SignInEventOrderField>,
    @Arg('filter', () => SignInEventFilterInput, { nullable: true, description: 'Which ones; without it, all.' })
    filter: SignInEventFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.signInEvents.list(who, page, filter ?? {}));
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'Whom it was about; null where nobody was found.' })
  user(@Root() event: SignInEventRow, @Ctx() { load }: GraphContext) {
    return event.userId ? load(usersById, event.userId) : null;
  }

  @FieldResolver(() => SsoConnectionType, {
    nullable: true,
    description: 'Through which connection; null for other methods, and where it was deleted.',
  })
  connection(@Root() event: SignInEventRow, @Ctx() { load }: GraphContext) {
    return event.connectionId ? load(ssoConnectionsById, event.connectionId) : null;
  }
}

@Resolver(() => OrganizationType)
export class OrganizationSignInResolver {
  @FieldResolver(() => SignInHealthType, {
    description: 'Who could sign in through a connection now. It goes through all users. Needs `rollcall:connections`.',
  })
  async signInHealth(@Ctx() { domain, actor }: GraphContext) {
    return domain.signInHealth.read(await actor());
  }
}

@Resolver(() => SignInHealthType)
export class SignInHealthResolver {
  @FieldResolver(() => SignInPersonConnection, { description: 'The people, by how they stand.' })
  async people(
    @Args(() => SignInPersonPageArgs) args: OrderedPageRequest<'createdAt' | 'userName'>,
    @Arg('standings', () => [SignInStandingEnum], {
      nullable: true,
      description: 'Those who stand like one of these; without it, all active users.',
    })
    standings: SignInStanding[] | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.signInHealth.listPeople(who, page, { standings }));
  }
}

@Resolver(() => SignInPersonType)
export class SignInPersonResolver {
  @FieldResolver(() => UserType, { description: 'The user.' })
  user(@Root() person: SignInPersonRow) {
    return person;
  }
}
