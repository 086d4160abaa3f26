import { payloadType } from '../payload.ts';
import { DirectoryGroupType } from './directory-group.type.ts';

export const DirectoryGroupPayload = payloadType('DirectoryGroupPayload', 'What writing a directory group answers.', {
  directoryGroup: {
    type: () => DirectoryGroupType,
    description: 'The directory group as it now stands; read only when selected.',
  },
});
