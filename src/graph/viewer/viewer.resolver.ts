import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { accountLimits } from '../../domain/accounts/current-session.ts';
import { describeActor, holds, requireReader } from '../../domain/actors/actor.ts';
import { freshSignInUrl, signInAgainUrl } from '../../domain/sign-in-addresses.ts';
import { ActorType } from '../api-keys/actor.type.ts';
import { GraphContext } from '../context.ts';
import { OrganizationType } from '../organizations/organization.type.ts';
import { userOf, type Viewer, viewerOf } from './viewer.ts';
import {
  AccountLoginType,
  AccountSessionType,
  ViewerAccountType,
  ViewerGroupType,
  ViewerOrganizationType,
  ViewerSessionType,
  ViewerType,
  ViewerUserType,
} from './viewer.type.ts';

/** Everything here is of whoever asks, so that nothing of it needs a permission. */
@Resolver(() => ViewerType)
export class ViewerResolver {
  @Query(() => ViewerType, {
    description: 'Who asks: the API key of this request, or somebody who is signed in, also without an organization.',
  })
  async viewer(@Ctx() { actor, viewerSession }: GraphContext): Promise<Viewer> {
    const session = await viewerSession();
    if (session) return viewerOf(session);
    const who = await actor();
    // A directory is nobody's viewer.
    requireReader(who);
    return { actor: who, session: null };
  }

  @FieldResolver(() => ActorType, {
    nullable: true,
    description: 'The key, or the user; null for an account that is signed in to no organization.',
  })
  actor(@Root() { actor }: Viewer) {
    return actor && describeActor(actor);
  }

  @FieldResolver(() => OrganizationType, {
    nullable: true,
    description:
      'The organization in which this acts; null for an account that is signed in to none. A key opens no other one.',
  })
  organization(@Root() viewer: Viewer, @Ctx() { domain }: GraphContext) {
    const user = userOf(viewer);
    if (user) return domain.viewers.organization(user);
    return viewer.actor && domain.organizations.get(viewer.actor);
  }

  @FieldResolver(() => [String], {
    description: 'What they may do on the whole organization, in alphabetical order.',
  })
  permissions(@Root() { actor }: Viewer): string[] {
    return actor?.kind === 'apiKey' || actor?.kind === 'user' ? [...actor.permissions].sort() : [];
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Another one whenever what the user may do has changed, on the organization or on any space; as in session tokens. Null for a key.',
  })
  permissionVersion(@Root() viewer: Viewer, @Ctx() { domain }: GraphContext) {
    const user = userOf(viewer);
    return user ? domain.viewers.permissionVersion(user) : null;
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether they may do what the permission names; in a space, what is granted on that one counts as well.',
  })
  may(
    @Root() viewer: Viewer,
    @Arg('permission', () => String, { description: 'The permission.' }) permission: string,
    @Arg('spaceId', () => ID, { nullable: true, description: 'Where; absent asks for the whole organization.' })
    spaceId: string | null | undefined,
    @Ctx() { domain }: GraphContext,
  ): boolean | Promise<boolean> {
    const user = userOf(viewer);
    if (user) return domain.access.checkOwn(user, { permission, spaceId });
    return viewer.actor !== null && holds(viewer.actor, permission);
  }

  @FieldResolver(() => ViewerAccountType, { nullable: true, description: 'The login; null for a key.' })
  account(@Root() { session }: Viewer, @Ctx() { domain }: GraphContext) {
    return session && domain.accounts.find(session.accountId);
  }

  @FieldResolver(() => ViewerSessionType, { nullable: true, description: 'The session; null for a key.' })
  async session(
    @Root() { session }: Viewer,
    @Ctx() { domain, address }: GraphContext,
  ): Promise<ViewerSessionType | null> {
    if (!session) return null;
    const { sessionId: id, authentication, loginProvider: method, createdAt: authenticatedAt } = session;
    const fresh = {
      freshUntil: authentication?.freshUntil ?? null,
      freshSignInUrl: freshSignInUrl(address.publicUrl),
    };
    if (!authentication) {
      return { id, authenticatedAt, ...fresh, ...accountLimits(session), method, connectionName: null };
    }
    const { connectionId, expiresAt, idleExpiresAt } = authentication;
    const connectionName = connectionId && (await domain.viewers.connectionName(authentication, connectionId));
    const times = { authenticatedAt: authentication.authenticatedAt, expiresAt, idleExpiresAt };
    return { id, ...times, ...fresh, method: authentication.method, connectionName };
  }

  @FieldResolver(() => ViewerUserType, {
    nullable: true,
    description: 'Who they are in the organization; null for a key and without one.',
  })
  user(@Root() { session }: Viewer) {
    return session?.authentication?.user ?? null;
  }

  @FieldResolver(() => [ViewerGroupType], {
    description: 'The groups that they are in, by hand or through a directory, by name; none for a key.',
  })
  groups(@Root() viewer: Viewer, @Ctx() { domain }: GraphContext) {
    const user = userOf(viewer);
    return user ? domain.viewers.groups(user) : [];
  }

  @FieldResolver(() => [ViewerOrganizationType], {
    description: 'All organizations in which the account is a user, the first joined first; none for a key.',
  })
  async organizations(@Root() { session }: Viewer, @Ctx() { domain, address }: GraphContext) {
    if (!session) return [];
    const memberships = await domain.accounts.memberships(session.accountId, session.sessionId);
    return memberships.map(({ organizationId: id, slug, hasConnection, ...membership }) => ({
      id,
      slug,
      ...membership,
      isCurrent: id === session.authentication?.organizationId,
      signInUrl: signInAgainUrl(address.publicUrl, { slug, hasConnection }),
    }));
  }

  @FieldResolver(() => [AccountSessionType], {
    description: 'The browsers in which the account is signed in, the one used last first; at most a hundred.',
  })
  async sessions(@Root() { session }: Viewer, @Ctx() { domain }: GraphContext) {
    if (!session) return [];
    const sessions = await domain.ownSessions.list(session);
    return sessions.map((each) => ({ ...each, isCurrent: each.id === session.sessionId }));
  }
}

@Resolver(() => ViewerAccountType)
export class ViewerAccountResolver {
  @FieldResolver(() => [AccountLoginType], {
    description: 'The ways into the account beside the connections of organizations, the oldest first.',
  })
  logins(@Root() { id }: ViewerAccountType, @Ctx() { domain }: GraphContext) {
    return domain.accounts.listLogins(id);
  }
}
