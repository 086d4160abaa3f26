import { Int } from 'type-graphql';
import { payloadType } from '../payload.ts';
import { ViewerType } from '../viewer/viewer.type.ts';

export const SwitchOrganizationPayload = payloadType('SwitchOrganizationPayload', 'What switching answers.', {
  viewer: { type: () => ViewerType, description: 'You in that organization.' },
  signInUrl: {
    type: () => String,
    description: 'With the error SIGN_IN_REQUIRED: where to sign in to the organization, as it asks for it.',
  },
});

export const SignOutPayload = payloadType('SignOutPayload', 'What signing out answers.', {
  isSignedOut: { type: () => Boolean, description: 'True: the session is over in every organization.' },
});

export const EndSessionPayload = payloadType('EndSessionPayload', 'What ending a session answers.', {
  endedId: { type: () => String, description: 'The id of the session.' },
});

export const EndMySessionsPayload = payloadType('EndMySessionsPayload', 'What ending your sessions answers.', {
  endedCount: { type: () => Int, description: 'How many ended.' },
});

export const EndUserSessionsPayload = payloadType('EndUserSessionsPayload', "What ending a user's sessions answers.", {
  endedCount: { type: () => Int, description: 'How many ended.' },
});
