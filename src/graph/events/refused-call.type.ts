import { Field, Int, ObjectType } from 'type-graphql';
import type { RefusalReason } from '../../domain/events/refused-call.entity.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { DateTimeScalar } from '../scalars.ts';

export const RefusalReasonEnum = graphEnum<RefusalReason>(
  'RefusalReason',
  'Why a SCIM call did not get in, or a request for an access token was refused. `RefusedCalls.advice` says what to do.',
  {
    tokenMissing: 'It carried no bearer token.',
    tokenUnknown: 'Its bearer is no token of ours.',
    tokenRevoked: 'Its token was revoked; the identity provider (Entra) needs the new one.',
    tokenExpired: 'Its token has expired; the identity provider (Entra) needs a new one.',
    tokenOfAnotherDirectory: 'Its token opens another directory than the one in the Tenant URL.',
    accessTokenExpired: 'Its access token has expired, as each does after an hour.',
    accessTokenRevoked: 'Its access token was ended with the client secret or workload identity by which it was made.',
    clientSecretUnknown: 'It asked for an access token with a client secret that the OAuth client does not have.',
    clientSecretRevoked: 'It asked for an access token with a client secret that was revoked.',
    clientSecretExpired: 'It asked for an access token with a client secret that has expired.',
    clientDeleted: 'It asked for an access token as an OAuth client or workload identity that was deleted.',
    assertionRefused:
      'It asked for an access token by an assertion that is refused; `lastDetail` says for which claim.',
    scopeRefused: 'It asked for an access token with a scope that the OAuth client does not have.',
    directoryRetired: 'The directory is retired.',
  },
);

@ObjectType('RefusedCalls', {
  simpleResolvers: true,
  description:
    'SCIM calls, or requests for access tokens, of one hour that did not get in, of one reason and from one address.',
})
export class RefusedCallsType {
  @Field(() => RefusalReasonEnum, { description: 'Why they did not get in.' })
  reason: RefusalReason;

  @Field(() => String, {
    nullable: true,
    description: 'The last characters of the token or client secret, where it was once one of this organization.',
  })
  tokenHint: string | null;

  @Field(() => String, {
    description: 'Where they came from, as an IP address; `other` for more than 20 addresses in an hour.',
  })
  address: string;

  @Field(() => Int, { description: 'How many they were.' })
  count: number;

  @Field(() => String, { description: 'The HTTP method of the last one.' })
  lastMethod: string;

  @Field(() => String, { description: 'The path of the last one, with its query.' })
  lastPath: string;

  @Field(() => String, {
    nullable: true,
    description:
      'What the reason alone does not say of the last one: for ASSERTION_REFUSED the claim, such as `aud`, or `replay`, `signature`, `keys`.',
  })
  lastDetail: string | null;

  @Field(() => DateTimeScalar, { description: 'When the first one came.' })
  firstAt: Date;

  @Field(() => DateTimeScalar, { description: 'When the last one came.' })
  lastAt: Date;
}

export const RefusedCallsConnection = connectionType('RefusedCalls', () => RefusedCallsType);
