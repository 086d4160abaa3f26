import { Field, ID, InputType, Int } from 'type-graphql';
import type { GroupMatchAttribute } from '../../domain/directories/directory.entity.ts';
import { GroupMatchAttributeEnum } from './directory.type.ts';

@InputType({ description: 'A directory to connect.' })
export class CreateDirectoryInput {
  @Field(() => String, { description: 'What it is called.' })
  name: string;

  @Field(() => GroupMatchAttributeEnum, {
    nullable: true,
    description: 'What the identity provider finds its groups by; DISPLAY_NAME when absent.',
  })
  matchesGroupsBy?: GroupMatchAttribute | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it refuses unknown members; false when absent.' })
  isStrict?: boolean | null;
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
    description: 'Only while the directory has this version, else VERSION_CONFLICT.',
  })
  ifVersion?: number | null;
}
