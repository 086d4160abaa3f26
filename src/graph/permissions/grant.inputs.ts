import { Field, ID, InputType } from 'type-graphql';
import type { GrantOrderField } from '../../domain/permissions/grants.store.ts';
import { orderedPageArgs } from '../connection.ts';

export const GrantPageArgs = orderedPageArgs<GrantOrderField>('Grant', { createdAt: 'When the grant was given.' });

@InputType({ description: 'Which grants to list; what is absent does not narrow the list.' })
export class GrantFilterInput {
  @Field(() => ID, { nullable: true, description: 'Those to this group.' })
  groupId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those to this user directly.' })
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those of this permission set.' })
  permissionSetId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those on this space.' })
  spaceId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'True: only those on the whole organization.' })
  isOrganizationWide?: boolean | null;
}

@InputType({ description: 'A permission set to give to a group or to a user: exactly one of the two.' })
export class GrantPermissionSetInput {
  @Field(() => ID, { description: 'The permission set, of no more than your own permissions.' })
  permissionSetId: string;

  @Field(() => ID, { nullable: true, description: 'The group that gets it.' })
  groupId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The user who gets it.' })
  userId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The space it counts in; absent for the whole organization. `rollcall:*` counts in no space.',
  })
  spaceId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: yes, a group that a directory fills shall get something sensitive, although the identity provider decides who is in it. Without it the answer is CONFIRMATION_REQUIRED.',
  })
  confirmsDirectoryMembership?: boolean | null;
}

@InputType({ description: 'A grant to take away.' })
export class RevokeGrantInput {
  @Field(() => ID, { description: 'The grant.' })
  id: string;
}
