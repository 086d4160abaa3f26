import type { Database } from '../../database/database.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { CredentialHasher } from '../actors/credential.ts';
import type { Clock } from '../clock.ts';
import type { Connections } from '../connections/connections.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import type { SignInEvents } from '../sign-in-log/sign-in-events.ts';
import type { SignInAttempts } from './sign-in-attempts.ts';

/** What a sign-in is made of. */
export interface SignInParts {
  database: Database;
  clock: Clock;
  hasher: CredentialHasher;
  catalogue: PermissionCatalogue;
  connections: Pick<Connections, 'findForSignIn' | 'organizationOf' | 'recordTest'>;
  accounts: Pick<
    Accounts,
    'createIn' | 'joinIn' | 'ensureForLogin' | 'findLoginsByVerifiedEmail' | 'memberships' | 'find'
  >;
  sessions: Pick<Sessions, 'openIn' | 'open' | 'authenticateIn' | 'find'>;
  signInEvents: SignInEvents;
  attempts: SignInAttempts;
}
