import { ID } from 'type-graphql';
import { payloadType } from '../payload.ts';
import { SpaceType } from './space.type.ts';

export const CreateSpacePayload = payloadType('CreateSpacePayload', 'What making a space answers.', {
  space: { type: () => SpaceType, description: 'The new space.' },
});

export const UpdateSpacePayload = payloadType('UpdateSpacePayload', 'What changing a space answers.', {
  space: { type: () => SpaceType, description: 'The space as it now stands.' },
});

export const DeleteSpacePayload = payloadType('DeleteSpacePayload', 'What deleting a space answers.', {
  deletedId: { type: () => ID, description: 'The id of the space that is gone.' },
});
