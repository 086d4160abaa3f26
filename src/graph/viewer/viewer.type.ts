import { Field, ID, ObjectType } from 'type-graphql';
import type { LoginProvider } from '../../domain/accounts/account.entity.ts';
import type { AuthenticationMethod } from '../../domain/accounts/session.entity.ts';
import { DateTimeScalar } from '../scalars.ts';
import { AuthenticationMethodEnum, LoginProviderEnum } from '../sessions/session.type.ts';

@ObjectType('Viewer', {
  simpleResolvers: true,
  description: 'Who asks: the API key of this request, or somebody who is signed in.',
})
export class ViewerType {}

@ObjectType('ViewerAccount', { simpleResolvers: true, description: 'The login of somebody who is signed in.' })
export class ViewerAccountType {
  @Field(() => ID, { description: 'The id of the account, the same in all organizations.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'The e-mail address as it was last proved or told.' })
  email: string | null;

  @Field(() => Boolean, { description: 'Whether the address was proved.' })
  isEmailVerified: boolean;

  @Field(() => String, { nullable: true, description: 'The name to show.' })
  displayName: string | null;
}

@ObjectType('AccountLogin', {
  simpleResolvers: true,
  description: 'A way into an account beside the connections of organizations.',
})
export class AccountLoginType {
  @Field(() => LoginProviderEnum, { description: 'Who proves it.' })
  provider: LoginProvider;

  @Field(() => String, { nullable: true, description: 'The e-mail address there.' })
  email: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was added.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last used.' })
  lastUsedAt: Date;
}

@ObjectType('ViewerSession', { simpleResolvers: true, description: 'The session of this request.' })
export class ViewerSessionType {
  @Field(() => ID, { description: 'The id of the session; the cookie is another secret.' })
  id: string;

  @Field(() => DateTimeScalar, {
    description: 'When they last signed in: to the organization, where there is one.',
  })
  authenticatedAt: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Until when this counts as a fresh sign-in, which some changes ask for: 15 minutes from when the person proved who they are. Null where that is longer ago, or their identity provider does not say.',
  })
  freshUntil: Date | null;

  @Field(() => String, {
    description:
      'Where to send the browser for a fresh sign-in; `returnTo`, an address of the product, says where it comes back.',
  })
  freshSignInUrl: string;

  @Field(() => DateTimeScalar, { description: 'When it ends whatever happens.' })
  expiresAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it ends unless it is used before.' })
  idleExpiresAt: Date;

  @Field(() => AuthenticationMethodEnum, { nullable: true, description: 'By what they proved it.' })
  method: AuthenticationMethod | null;

  @Field(() => String, { nullable: true, description: 'The name of the connection, where it was one.' })
  connectionName: string | null;
}

@ObjectType('ViewerUser', { simpleResolvers: true, description: 'The user that somebody who is signed in is.' })
export class ViewerUserType {
  @Field(() => ID, { description: 'The id of the user.' })
  id: string;

  @Field(() => String, { description: 'The name they are known by.' })
  userName: string;

  @Field(() => String, { nullable: true, description: 'The name to show.' })
  displayName: string | null;

  @Field(() => String, { nullable: true, description: 'The work e-mail address; not verified.' })
  email: string | null;
}

@ObjectType('ViewerGroup', { simpleResolvers: true, description: 'A group that somebody who is signed in is in.' })
export class ViewerGroupType {
  @Field(() => ID, { description: 'The id of the group.' })
  id: string;

  @Field(() => String, { description: 'What it is called.' })
  name: string;
}

@ObjectType('ViewerOrganization', {
  simpleResolvers: true,
  description: 'An organization in which an account is a user.',
})
export class ViewerOrganizationType {
  @Field(() => ID, { description: 'The id of the organization; give it to `switchOrganization`.' })
  id: string;

  @Field(() => String, { description: 'Its public sign-in name.' })
  slug: string;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => Boolean, { description: 'Whether this session acts in it.' })
  isCurrent: boolean;

  @Field(() => Boolean, { description: 'Whether the organization is in use and the user in it is active.' })
  isActive: boolean;

  @Field(() => Boolean, { description: 'Whether this session has proved itself to it, and may act in it at once.' })
  isAuthenticated: boolean;

  @Field(() => String, { description: 'Where to sign in to it.' })
  signInUrl: string;
}

@ObjectType('AccountSession', {
  simpleResolvers: true,
  description: 'A browser in which an account is signed in, as its owner sees it.',
})
export class AccountSessionType {
  @Field(() => ID, { description: 'The id of the session; give it to `endSession`.' })
  id: string;

  @Field(() => Boolean, { description: 'Whether it is that of this request.' })
  isCurrent: boolean;

  @Field(() => DateTimeScalar, { description: 'When somebody last signed in with it.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last used, to the minute.' })
  lastSeenAt: Date;

  @Field(() => String, { nullable: true, description: 'What the browser says of itself.' })
  userAgent: string | null;

  @Field(() => String, { nullable: true, description: 'From which network address it was signed in.' })
  address: string | null;
}
