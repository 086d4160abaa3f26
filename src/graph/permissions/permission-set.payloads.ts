import { ID } from 'type-graphql';
import { payloadType } from '../payload.ts';
import { PermissionSetType } from './permission-set.type.ts';

export const CreatePermissionSetPayload = payloadType(
  'CreatePermissionSetPayload',
  'What making a permission set answers.',
  { permissionSet: { type: () => PermissionSetType, description: 'The new permission set.' } },
);

export const UpdatePermissionSetPayload = payloadType(
  'UpdatePermissionSetPayload',
  'What changing a permission set answers.',
  { permissionSet: { type: () => PermissionSetType, description: 'The permission set as it now stands.' } },
);

export const DeletePermissionSetPayload = payloadType(
  'DeletePermissionSetPayload',
  'What deleting a permission set answers.',
  { deletedId: { type: () => ID, description: 'The id of the permission set that is gone.' } },
);
