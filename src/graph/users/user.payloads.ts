import { payloadType } from '../payload.ts';
import { UserType } from './user.type.ts';

export const CreateUserPayload = payloadType('CreateUserPayload', 'What making a user answers.', {
  user: { type: () => UserType, description: 'The new user.' },
});

export const UpdateUserPayload = payloadType('UpdateUserPayload', 'What changing a user answers.', {
  user: { type: () => UserType, description: 'The user as they now stand.' },
});

export const BlockUserPayload = payloadType('BlockUserPayload', 'What blocking a user answers.', {
  user: { type: () => UserType, description: 'The blocked user.' },
});

export const UnblockUserPayload = payloadType('UnblockUserPayload', 'What unblocking a user answers.', {
  user: { type: () => UserType, description: 'The user, active again if nothing else stands against it.' },
});

export const RemoveUserPayload = payloadType('RemoveUserPayload', 'What removing a user answers.', {
  user: { type: () => UserType, description: 'The removed user, still readable by id.' },
});

export const KeepUserPayload = payloadType('KeepUserPayload', 'What keeping a user answers.', {
  user: { type: () => UserType, description: 'The user, manual and active again if no block stands against it.' },
});
