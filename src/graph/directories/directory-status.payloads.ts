import { payloadType } from '../payload.ts';
import { DirectoryType } from './directory.type.ts';

export const ActivateDirectoryPayload = payloadType(
  'ActivateDirectoryPayload',
  'What activating a directory answers.',
  {
    directory: { type: () => DirectoryType, description: 'The directory, active, its records linked.' },
  },
);

export const PauseDirectoryPayload = payloadType('PauseDirectoryPayload', 'What pausing a directory answers.', {
  directory: { type: () => DirectoryType, description: 'The directory, paused.' },
});

export const RetireDirectoryPayload = payloadType('RetireDirectoryPayload', 'What retiring a directory answers.', {
  directory: { type: () => DirectoryType, description: 'The directory, retired.' },
});
