import { payloadType } from '../payload.ts';
import { DirectoryUserType } from './directory-user.type.ts';

export const DirectoryUserPayload = payloadType('DirectoryUserPayload', 'What writing a directory user answers.', {
  directoryUser: { type: () => DirectoryUserType, description: 'The directory user as it now stands.' },
});
