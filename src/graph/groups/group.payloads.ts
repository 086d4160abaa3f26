import { ID } from 'type-graphql';
import { payloadType } from '../payload.ts';
import { GroupType } from './group.type.ts';

export const CreateGroupPayload = payloadType('CreateGroupPayload', 'What making a group answers.', {
  group: { type: () => GroupType, description: 'The new group.' },
});

export const UpdateGroupPayload = payloadType('UpdateGroupPayload', 'What changing a group answers.', {
  group: { type: () => GroupType, description: 'The group as it now stands.' },
});

export const DeleteGroupPayload = payloadType('DeleteGroupPayload', 'What deleting a group answers.', {
  deletedId: { type: () => ID, description: 'The id of the group that is gone.' },
});

export const AddGroupMembersPayload = payloadType('AddGroupMembersPayload', 'What adding members answers.', {
  group: { type: () => GroupType, description: 'The group.' },
});

export const RemoveGroupMembersPayload = payloadType('RemoveGroupMembersPayload', 'What removing members answers.', {
  group: { type: () => GroupType, description: 'The group.' },
});
