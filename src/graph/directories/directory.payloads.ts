import { payloadType } from '../payload.ts';
import { DirectoryType } from './directory.type.ts';

export const CreateDirectoryPayload = payloadType('CreateDirectoryPayload', 'What connecting a directory answers.', {
  directory: { type: () => DirectoryType, description: 'The new directory; make a SCIM token for it next.' },
});

export const UpdateDirectoryPayload = payloadType('UpdateDirectoryPayload', 'What changing a directory answers.', {
  directory: { type: () => DirectoryType, description: 'The directory as it now stands.' },
});
