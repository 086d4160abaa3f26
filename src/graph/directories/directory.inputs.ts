import { Field, ID, InputType, Int } from 'type-graphql';
import type { DirectoryOrderField } from '../../domain/directories/directories.store.ts';
import { PRECEDENCE_MAX } from '../../domain/directories/directories.ts';
import type { DirectoryStatus, GroupMatchAttribute } from '../../domain/directories/directory.entity.ts';
import { orderedPageArgs } from '../connection.ts';
import { DirectoryStatusEnum, GroupMatchAttributeEnum } from './directory.type.ts';

export const DirectoryPageArgs = orderedPageArgs<DirectoryOrderField>('Directory', {
  createdAt: 'When the directory was connected.',
  name: 'The name, in any case.',
  precedence: 'Which profile comes first.',
});

@InputType({ description: 'Which directories to list; what is absent does not narrow the list.' })
export class DirectoriesFilterInput {
  @Field(() => [DirectoryStatusEnum], { nullable: true, description: 'Those in any of these states.' })
  statuses?: DirectoryStatus[] | null;
}

@InputType({ description: 'A directory to connect.' })
export class CreateDirectoryInput {
  @Field(() => String, { description: 'What it is called.' })
  name: string;

  @Field(() => DirectoryStatusEnum, {
    nullable: true,
    description:
      'ACTIVE when absent. OBSERVING takes everything, and lets nothing reach the product until you have seen `directoryPreview` and call `activateDirectory`. No other is possible here.',
  })
  status?: 'observing' | 'active' | null;

  @Field(() => GroupMatchAttributeEnum, {
    nullable: true,
    description: 'What the identity provider finds its groups by; DISPLAY_NAME when absent.',
  })
  matchesGroupsBy?: GroupMatchAttribute | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it refuses unknown members; false when absent.' })
  isStrict?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: `Whose record decides the profile of a person whom several directories have: the lowest number from 1 to ${PRECEDENCE_MAX}, then the older directory. 1 when absent.`,
  })
  precedence?: number | null;
}

@InputType({ description: 'Changes of a directory. Absent fields are left as they are.' })
export class UpdateDirectoryInput {
  @Field(() => ID, { description: 'The directory.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'The new name.' })
  name?: string | null;

  @Field(() => GroupMatchAttributeEnum, { nullable: true, description: 'What groups are found by from now on.' })
  matchesGroupsBy?: GroupMatchAttribute | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it refuses unknown members from now on.' })
  isStrict?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The new precedence; the profiles of people whom other directories have too are worked out anew before it answers.',
  })
  precedence?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Only while the directory has this version, else VERSION_CONFLICT.',
  })
  ifVersion?: number | null;
}
