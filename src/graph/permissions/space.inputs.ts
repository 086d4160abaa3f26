import { Field, ID, InputType, Int } from 'type-graphql';
import type { SpaceOrderField } from '../../domain/permissions/spaces.store.ts';
import { orderedPageArgs } from '../connection.ts';

export const SpacePageArgs = orderedPageArgs<SpaceOrderField>('Space', {
  createdAt: 'When the space was made.',
  name: 'The name, compared as names are.',
});

@InputType({ description: 'Which spaces to list; what is absent does not narrow the list.' })
export class SpaceFilterInput {
  @Field(() => String, { nullable: true, description: 'The beginning of the name, compared as names are.' })
  search?: string | null;

  @Field(() => String, { nullable: true, description: 'The one with this external id.' })
  externalId?: string | null;
}

@InputType({ description: 'A space to make.' })
export class CreateSpaceInput {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { nullable: true, description: "The product's own id of what the space stands for." })
  externalId?: string | null;
}

@InputType({ description: 'Changes of a space. Absent fields are left as they are; null clears.' })
export class UpdateSpaceInput {
  @Field(() => ID, { description: 'The space.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'The new name; it cannot be cleared.' })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The new external id; null clears it. It needs all that is granted on the space.',
  })
  externalId?: string | null;

  @Field(() => Int, { nullable: true, description: 'Only while the space has this version, else VERSION_CONFLICT.' })
  ifVersion?: number | null;
}

@InputType({ description: 'A space to delete.' })
export class DeleteSpaceInput {
  @Field(() => ID, { description: 'The space.' })
  id: string;
}
