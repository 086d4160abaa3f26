import type { Scope } from '../../domain/actors/scope.ts';
import { graphEnum } from '../enum.ts';

export const DirectoryScopeEnum = graphEnum<Scope>(
  'DirectoryScope',
  'What a credential of a directory may do. Who writes also reads what they write, because a PATCH begins by reading.',
  {
    read: 'Read users and groups: `read` in OAuth.',
    'users:write': 'Create, change and delete users, and read them: `users:write` in OAuth.',
    'groups:write': 'Create, change and delete groups and their members, and read groups: `groups:write` in OAuth.',
  },
);
