import { Field, InputType } from 'type-graphql';
import type {
  DirectoryGroupOrderField,
  DirectoryUserOrderField,
} from '../../domain/directories/directory-lists.store.ts';
import { orderedPageArgs } from '../connection.ts';

export const DirectoryUserPageArgs = orderedPageArgs<DirectoryUserOrderField>('DirectoryUser', {
  createdAt: 'When the record was first pushed.',
  userName: 'The userName in the identity provider, whatever its case.',
});

@InputType({ description: 'Which people of a directory to list; what is absent does not narrow the list.' })
export class DirectoryUserFilterInput {
  @Field(() => String, { nullable: true, description: 'The beginning of the userName or work e-mail, in any case.' })
  search?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the identity provider has them as active.' })
  active?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'False for those whom the product does not know yet: they came while the directory was observed or paused.',
  })
  hasLink?: boolean | null;
}

export const DirectoryGroupPageArgs = orderedPageArgs<DirectoryGroupOrderField>('DirectoryGroup', {
  createdAt: 'When the record was first pushed.',
  displayName: 'The name in the identity provider, whatever its case.',
});

@InputType({ description: 'Which groups of a directory to list; what is absent does not narrow the list.' })
export class DirectoryGroupFilterInput {
  @Field(() => String, { nullable: true, description: 'The beginning of the displayName, in any case.' })
  search?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'False for those that the product does not know yet: they came while the directory was observed or paused.',
  })
  hasLink?: boolean | null;
}
