import { Field, Int, ObjectType } from 'type-graphql';
import type { RefusalReason } from '../../domain/events/refused-call.entity.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { DateTimeScalar } from '../scalars.ts';

export const RefusalReasonEnum = graphEnum<RefusalReason>(
  'RefusalReason',
  'Why a SCIM call did not get in. `RefusedCalls.advice` says what to do.',
  {
    tokenMissing: 'It carried no bearer token.',
    tokenUnknown: 'Its bearer is no token of ours.',
    tokenRevoked: 'Its token was revoked; the identity provider (Entra) needs the new one.',
    tokenExpired: 'Its token has expired; the identity provider (Entra) needs a new one.',
    tokenOfAnotherDirectory: 'Its token opens another directory than the one in the Tenant URL.',
    directoryRetired: 'The directory is retired.',
  },
);

@ObjectType('RefusedCalls', {
  simpleResolvers: true,
  description: 'SCIM calls of one hour that did not get in, of one reason and from one address.',
})
export class RefusedCallsType {
  @Field(() => RefusalReasonEnum, { description: 'Why they did not get in.' })
  reason: RefusalReason;

  @Field(() => String, {
    nullable: true,
    description: 'The last characters of the token, where it was once one of this organization.',
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

  @Field(() => DateTimeScalar, { description: 'When the first one came.' })
  firstAt: Date;

  @Field(() => DateTimeScalar, { description: 'When the last one came.' })
  lastAt: Date;
}

export const RefusedCallsConnection = connectionType('RefusedCalls', () => RefusedCallsType);
