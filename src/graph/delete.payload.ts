import { ID } from 'type-graphql';
import { payloadType } from './payload.ts';

export const DeletePayload = payloadType('DeletePayload', 'What deleting a record of a directory answers.', {
  deletedId: { type: () => ID, description: 'The id of what is gone.' },
});
