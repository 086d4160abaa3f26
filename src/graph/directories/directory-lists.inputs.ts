import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import type { DirectoryFilter } from '../../domain/directory-lists/directory-filter.ts';
import type {
  DirectoryGroupOrderField,
  DirectoryUserOrderField,
} from '../../domain/directory-lists/directory-lists.store.ts';
import type { DirectorySort } from '../../domain/directory-lists/directory-sort.ts';
import { orderedPageArgs } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { DirectoryFilterInput } from './directory-filter.inputs.ts';

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

const SortOrderEnum = graphEnum<DirectorySort['order']>('SortOrder', 'The orders of RFC 7644 §3.4.2.3.', {
  asc: 'Ascending; what has no value comes last.',
  desc: 'Descending; what has no value comes first.',
});

@InputType('DirectorySort', { description: 'By what a list of SCIM is sorted; equals stand in the order of creation.' })
export class DirectorySortInput {
  @Field(() => String, {
    description: 'The canonical SCIM path. Of several values the primary one counts, else the first.',
  })
  attribute: string;

  @Field(() => SortOrderEnum, { description: 'In which direction.' })
  order: DirectorySort['order'];
}

@ArgsType()
export class DirectoryListArgs {
  @Field(() => ID, { description: 'The directory.' })
  directoryId: string;

  @Field(() => DirectoryFilterInput, { nullable: true, description: 'Which records; without it, all.' })
  filter?: DirectoryFilter | null;

  @Field(() => DirectorySortInput, { nullable: true, description: 'By what; without it, in the order of creation.' })
  sort?: DirectorySort | null;

  @Field(() => Int, {
    defaultValue: 1,
    description: 'Where the page begins, counted from 1; does not count where a cursor is given.',
  })
  startIndex: number;

  @Field(() => Int, { defaultValue: 100, description: 'The size of the page, at most 1,000.' })
  count: number;

  @Field(() => String, {
    nullable: true,
    description:
      'Pages by cursor (RFC 9865): empty for the first, then `nextCursor` or `previousCursor` of an answer, with all else unchanged.',
  })
  cursor?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The SCIM address of the directory as the asking facade shows it, for comparisons with `meta.location` and `$ref`; by default `tenantUrl`.',
  })
  baseUrl?: string | null;
}
