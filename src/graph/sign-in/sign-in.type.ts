import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { AuthenticationMethod } from '../../domain/accounts/session.entity.ts';
import type { BindingRequestReason, BindingRequestState, BindingWay } from '../../domain/bindings/binding.entity.ts';
import type { SignInStanding } from '../../domain/sign-in/sign-in-health.store.ts';
import type { SignInEvent } from '../../domain/sign-in-log/sign-in-event.entity.ts';
import type { SignInRefusalReason } from '../../domain/sign-in-log/sign-in-refusal.ts';
import { ActorType } from '../api-keys/actor.type.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { DateTimeScalar, JSONScalar } from '../scalars.ts';
import { AuthenticationMethodEnum } from '../sessions/session.type.ts';

export const SignInOutcomeEnum = graphEnum<SignInEvent['outcome']>('SignInOutcome', 'What became of a sign-in.', {
  signedIn: 'They got in.',
  refused: 'They did not.',
});

export const SignInRefusalReasonEnum = graphEnum<SignInRefusalReason>(
  'SignInRefusalReason',
  'Why somebody was not signed in.',
  {
    notProvisioned:
      'No user and no record is this person, or the link of theirs waits for a decision: `detail` has its state.',
    deactivated: 'The person is known, and inactive: by the directory, blocked or removed.',
    otherSignInMethod:
      'An account that signs in another way has this e-mail address, on a domain that the organization proved.',
    wrongTenant: 'The identity provider spoke for another tenant than that of the connection.',
    connectionDisabled: 'The connection, or the organization, takes no sign-ins now.',
    identityProviderError: 'The identity provider answered with an error: `detail` has its code.',
    responseInvalid: 'What the identity provider sent could not be believed: `detail` says what about it.',
    notProvedAnew:
      'For a fresh sign-in the person was not asked, or the identity provider does not say that they were.',
    attemptExpired: 'The attempt was over, had been used before, or began in another browser.',
    approvalRequired: 'The match waits for an admin: `detail` has the id of the binding request.',
    methodNotAccepted: 'The organization does not take this way to sign in.',
  },
);

export const BindingWayEnum = graphEnum<BindingWay>('BindingWay', 'How a person became a user.', {
  stableId: 'By the stable id of the identity provider, which is the `externalId` of their record.',
  email: 'By their e-mail address, on a domain that the organization has proved; once only.',
  justInTime: 'They were made a user at their first sign-in.',
  approval: 'An admin said so.',
});

export const BindingRequestReasonEnum = graphEnum<BindingRequestReason>(
  'BindingRequestReason',
  'Why a sign-in waits for an admin.',
  {
    alreadyBound: 'The user signs in as somebody else already.',
    ambiguous: 'Several users or records are this person by what was proved.',
    protectedUser:
      'The user is an owner or holds a sensitive permission: their first sign-in through a connection asks.',
    emailBoundBefore:
      'The user was bound before, through the connection or another one of the same identity provider, and nothing but that says who this is.',
    otherSignInMethod:
      'An account of Google or Microsoft has their e-mail address, and they say that it is somebody else’s: approved, they get an account of their own.',
  },
);

export const BindingRequestStateEnum = graphEnum<BindingRequestState>(
  'BindingRequestState',
  'Where a binding request stands.',
  {
    pending: 'It waits for a decision.',
    approved: 'The person is the user `user`, or is made one at their next sign-in where that is null.',
    rejected: 'The person is none of them, and stays out until it is approved after all.',
  },
);

export const SignInStandingEnum = graphEnum<SignInStanding>(
  'SignInStanding',
  'Whether an active user could sign in through a connection now, and by what, or why not.',
  {
    bound: 'They have signed in, and can again.',
    matchByStableId: 'Their first sign-in would match by the stable id.',
    matchByEmail: 'Their first sign-in would match by the e-mail address, on a proved domain.',
    noConnection: 'No connection is enabled.',
    noObjectId:
      'Their `externalId` is no object id, by which the enabled connections of Microsoft Entra name people: map `objectId` to `externalId`.',
    noMatch: 'Nothing would match: no record with an `externalId`, and no e-mail address on a proved domain.',
    ambiguous: 'Several people carry the same `externalId` or e-mail address.',
    waitsForApproval: 'Their first sign-in has to be approved by an admin.',
    recordInactive: 'They are bound by a record of a directory that is inactive or not theirs any more.',
  },
);

@ObjectType('SignInEvent', {
  simpleResolvers: true,
  description: 'A sign-in, and what became of it. Its id stands on the page that the person saw.',
})
export class SignInEventType {
  @Field(() => ID, { description: 'The id, as the page of a refusal shows it.' })
  id: string;

  @Field(() => SignInOutcomeEnum, { description: 'What became of it.' })
  outcome: SignInEvent['outcome'];

  @Field(() => SignInRefusalReasonEnum, { nullable: true, description: 'Why not; null for who got in.' })
  reason: SignInRefusalReason | null;

  @Field(() => AuthenticationMethodEnum, { description: 'By what they proved, or tried to prove, who they are.' })
  method: AuthenticationMethod;

  @Field(() => String, { nullable: true, description: 'Who they are at the identity provider, where it said so.' })
  subject: string | null;

  @Field(() => String, { nullable: true, description: 'The e-mail address that the identity provider told.' })
  email: string | null;

  @Field(() => JSONScalar, { description: 'What else explains it.' })
  detail: Record<string, unknown>;

  @Field(() => String, { nullable: true, description: 'The IP address of the browser.' })
  address: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was.' })
  createdAt: Date;
}

@ObjectType('Binding', {
  simpleResolvers: true,
  description: 'Who signs in through an SSO connection by a subject is which user, for good.',
})
export class BindingType {
  @Field(() => ID, { description: 'The id of the binding.' })
  id: string;

  @Field(() => String, { description: 'Who they are at the identity provider: `sub`, or the NameID of SAML.' })
  subject: string;

  @Field(() => String, { nullable: true, description: 'The stable id that was proved when it was made.' })
  stableId: string | null;

  @Field(() => ID, { nullable: true, description: 'The record of a directory that they sign in as; null without one.' })
  directoryUserId: string | null;

  @Field(() => BindingWayEnum, { description: 'How it came about.' })
  boundBy: BindingWay;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When somebody last signed in by it.' })
  lastUsedAt: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ended; null while it holds.' })
  endedAt: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it ended, such as `personReplaced`; null while it holds.' })
  endedReason: string | null;
}

@ObjectType('BindingRequest', {
  simpleResolvers: true,
  description: 'A sign-in that waits for an admin to say who it is.',
})
export class BindingRequestType {
  @Field(() => ID, { description: 'The id of the request.' })
  id: string;

  @Field(() => String, { description: 'Who they are at the identity provider.' })
  subject: string;

  @Field(() => String, { nullable: true, description: 'The stable id that was proved.' })
  stableId: string | null;

  @Field(() => String, { nullable: true, description: 'The e-mail address that the identity provider told.' })
  email: string | null;

  @Field(() => String, { nullable: true, description: 'The name that the identity provider told.' })
  displayName: string | null;

  @Field(() => BindingRequestReasonEnum, { description: 'Why it waits.' })
  reason: BindingRequestReason;

  @Field(() => BindingRequestStateEnum, { description: 'Where it stands.' })
  state: BindingRequestState;

  @Field(() => Int, { description: 'How often they have tried.' })
  attempts: number;

  @Field(() => DateTimeScalar, { description: 'When they tried first.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When they tried last.' })
  lastTriedAt: Date;

  @Field(() => ActorType, { nullable: true, description: 'Who decided; null while nobody has.' })
  decidedBy: ActorType | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was decided; null while it waits.' })
  decidedAt: Date | null;
}

@ObjectType('SignInStandingCount', { simpleResolvers: true, description: 'How many active users stand like this.' })
export class SignInStandingCountType {
  @Field(() => SignInStandingEnum, { description: 'How they stand.' })
  standing: SignInStanding;

  @Field(() => Int, { description: 'How many.' })
  count: number;
}

@ObjectType('SignInHealth', {
  simpleResolvers: true,
  description: 'How many of the active users could sign in through a connection now, and how many not, and why.',
})
export class SignInHealthType {
  @Field(() => Int, { description: 'All active users.' })
  usersCount: number;

  @Field(() => Int, { description: 'Those who could sign in.' })
  canSignInCount: number;

  @Field(() => Int, { description: 'Those who could not.' })
  cannotSignInCount: number;

  @Field(() => [SignInStandingCountType], { description: 'Every standing, also those of nobody.' })
  standings: SignInStandingCountType[];
}

@ObjectType('SignInPerson', { simpleResolvers: true, description: 'An active user, and whether they could sign in.' })
export class SignInPersonType {
  @Field(() => SignInStandingEnum, { description: 'How they stand.' })
  standing: SignInStanding;
}

export const SignInEventConnection = connectionType('SignInEvent', () => SignInEventType);
export const BindingConnection = connectionType('Binding', () => BindingType);
export const BindingRequestConnection = connectionType('BindingRequest', () => BindingRequestType);
export const SignInPersonConnection = connectionType('SignInPerson', () => SignInPersonType);
