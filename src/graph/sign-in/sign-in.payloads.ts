import { payloadType } from '../payload.ts';
import { BindingRequestType, BindingType } from './sign-in.type.ts';

export const ApproveBindingRequestPayload = payloadType(
  'ApproveBindingRequestPayload',
  'What approving a binding request answers.',
  { bindingRequest: { type: () => BindingRequestType, description: 'The approved request.' } },
);

export const RejectBindingRequestPayload = payloadType(
  'RejectBindingRequestPayload',
  'What rejecting a binding request answers.',
  { bindingRequest: { type: () => BindingRequestType, description: 'The rejected request.' } },
);

export const EndBindingPayload = payloadType('EndBindingPayload', 'What ending a binding answers.', {
  binding: { type: () => BindingType, description: 'The ended binding.' },
});
