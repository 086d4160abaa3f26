import { Field, ID, InputType } from 'type-graphql';
import type { UserSessionOrderField } from '../../domain/accounts/user-sessions.ts';
import { orderedPageArgs } from '../connection.ts';

export const UserSessionPageArgs = orderedPageArgs<UserSessionOrderField>('UserSession', {
  createdAt: 'When the session was first opened.',
  lastSeenAt: 'When it was last used.',
});

@InputType({ description: 'The organization to act in.' })
export class SwitchOrganizationInput {
  @Field(() => ID, { description: 'One of `viewer.organizations`.' })
  organizationId: string;
}

@InputType({ description: 'From where to sign out.' })
export class SignOutInput {
  @Field(() => Boolean, { defaultValue: false, description: 'Whether your sessions in other browsers end too.' })
  everywhere: boolean;
}

@InputType({ description: 'A session to end.' })
export class EndSessionInput {
  @Field(() => ID, { description: 'The session.' })
  id: string;
}

@InputType({ description: 'Your sessions to end.' })
export class EndMySessionsInput {
  @Field(() => Boolean, { defaultValue: false, description: 'Whether that of this request ends too.' })
  includesThis: boolean;
}

@InputType({ description: 'A user whose sessions to end.' })
export class EndUserSessionsInput {
  @Field(() => ID, { description: 'The user.' })
  userId: string;
}
