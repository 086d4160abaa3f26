import { Field, ID, InputType } from 'type-graphql';
import type { BindingRequestState } from '../../domain/bindings/binding.entity.ts';
import type { BindingRequestOrderField } from '../../domain/bindings/binding-requests.store.ts';
import type { BindingRequestFilter } from '../../domain/bindings/binding-requests.ts';
import type { BindingOrderField } from '../../domain/bindings/bindings.store.ts';
import type { BindingFilter } from '../../domain/bindings/bindings.ts';
import type { SignInEvent } from '../../domain/sign-in-log/sign-in-event.entity.ts';
import type { SignInEventOrderField } from '../../domain/sign-in-log/sign-in-events.store.ts';
import type { SignInEventFilter } from '../../domain/sign-in-log/sign-in-events.ts';
import type { SignInRefusalReason } from '../../domain/sign-in-log/sign-in-refusal.ts';
import { orderedPageArgs } from '../connection.ts';
import { BindingRequestStateEnum, SignInOutcomeEnum, SignInRefusalReasonEnum } from './sign-in.type.ts';

export const SignInEventPageArgs = orderedPageArgs<SignInEventOrderField>(
  'SignInEvent',
  { createdAt: 'When it was.' },
  'the newest first',
);

export const BindingPageArgs = orderedPageArgs<BindingOrderField>('Binding', {
  createdAt: 'When the binding was made.',
  lastUsedAt: 'When somebody last signed in by it.',
});

export const BindingRequestPageArgs = orderedPageArgs<BindingRequestOrderField>('BindingRequest', {
  createdAt: 'When they tried first.',
  lastTriedAt: 'When they tried last.',
});

export const SignInPersonPageArgs = orderedPageArgs<'createdAt' | 'userName'>('SignInPerson', {
  createdAt: 'When the user was made.',
  userName: 'The userName.',
});

@InputType({ description: 'Which sign-ins to list. Absent fields do not narrow.' })
export class SignInEventFilterInput implements SignInEventFilter {
  @Field(() => [SignInOutcomeEnum], { nullable: true, description: 'Those with one of these outcomes.' })
  outcomes?: SignInEvent['outcome'][] | null;

  @Field(() => [SignInRefusalReasonEnum], { nullable: true, description: 'Those refused for one of these reasons.' })
  reasons?: SignInRefusalReason[] | null;

  @Field(() => ID, { nullable: true, description: 'Those of this user.' })
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those through this SSO connection.' })
  connectionId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The reference on the page that the person saw (the last twelve characters of the id), the id or its beginning, or the whole e-mail address.',
  })
  search?: string | null;
}

@InputType({ description: 'Which bindings to list. Absent fields do not narrow.' })
export class BindingFilterInput implements BindingFilter {
  @Field(() => ID, { nullable: true, description: 'Those of this user.' })
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those through this SSO connection.' })
  connectionId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'True for ended ones only, false for those that hold.' })
  isEnded?: boolean | null;
}

@InputType({ description: 'Which binding requests to list. Absent fields do not narrow.' })
export class BindingRequestFilterInput implements BindingRequestFilter {
  @Field(() => [BindingRequestStateEnum], { nullable: true, description: 'Those in one of these states.' })
  states?: BindingRequestState[] | null;

  @Field(() => ID, { nullable: true, description: 'Those through this SSO connection.' })
  connectionId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those of people who may be this user.' })
  userId?: string | null;
}

@InputType({ description: 'A binding request to approve.' })
export class ApproveBindingRequestInput {
  @Field(() => ID, { description: 'The request.' })
  id: string;

  @Field(() => ID, {
    nullable: true,
    description: 'Which of the candidates the person is; may be left out where there is one or none.',
  })
  userId?: string | null;
}

@InputType({ description: 'A binding request to reject.' })
export class RejectBindingRequestInput {
  @Field(() => ID, { description: 'The request.' })
  id: string;
}

@InputType({ description: 'A binding to end.' })
export class EndBindingInput {
  @Field(() => ID, { description: 'The binding.' })
  id: string;
}
