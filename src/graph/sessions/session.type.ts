import { Field, ID, ObjectType } from 'type-graphql';
import type { LoginProvider } from '../../domain/accounts/account.entity.ts';
import type { AuthenticationMethod } from '../../domain/accounts/session.entity.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { DateTimeScalar } from '../scalars.ts';

export const AuthenticationMethodEnum = graphEnum<AuthenticationMethod>(
  'AuthenticationMethod',
  'By what somebody proved who they are.',
  {
    connection: 'By a connection of the organization: its own identity provider.',
    google: 'By an account at Google.',
    microsoft: 'By a work or school account at Microsoft.',
    oneTimeLink: "By a link that the service's operator made for them.",
  },
);

export const LoginProviderEnum = graphEnum<LoginProvider>(
  'LoginProvider',
  'Who proves an account beside the connections of organizations.',
  { google: 'Google.', microsoft: 'Microsoft.' },
);

@ObjectType('UserSession', {
  simpleResolvers: true,
  description: 'A browser in which a user is signed in to the organization, as its admins see it.',
})
export class UserSessionType {
  @Field(() => ID, { description: 'The id of the session; give it to `endSession`.' })
  id: string;

  @Field(() => AuthenticationMethodEnum, { description: 'By what they proved who they are.' })
  method: AuthenticationMethod;

  @Field(() => ID, { nullable: true, description: 'The connection, where it was one.' })
  connectionId: string | null;

  @Field(() => DateTimeScalar, { description: 'When they last signed in to the organization.' })
  authenticatedAt: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When they last proved who they are, which may be longer ago: an identity provider that remembers a browser does not ask again. Null where it does not say.',
  })
  provedAt: Date | null;

  @Field(() => DateTimeScalar, { description: 'When it was last used, to the minute.' })
  lastSeenAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it ends unless it is used before.' })
  idleExpiresAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it ends whatever happens.' })
  expiresAt: Date;

  @Field(() => String, { nullable: true, description: 'What the browser says of itself.' })
  userAgent: string | null;

  @Field(() => String, { nullable: true, description: 'From which network address it was signed in.' })
  address: string | null;
}

export const UserSessionConnection = connectionType('UserSession', () => UserSessionType);
