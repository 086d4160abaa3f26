import type { Database } from '../../database/database.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { SessionRenewals } from '../accounts/session-renewals.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { Clock } from '../clock.ts';
import type { ConnectionTests } from '../connections/connection-tests.ts';
import type { SignInConnections } from '../connections/sign-in-connections.ts';
import type { EmailDomains } from '../email-domains/email-domains.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import type { SignInEvents } from '../sign-in-log/sign-in-events.ts';
import type { SignInAttempts } from './sign-in-attempts.ts';

/** What a sign-in is made of. */
export interface SignInParts {
  database: Database;
  clock: Clock;
  catalogue: PermissionCatalogue;
  signInConnections: Pick<SignInConnections, 'find' | 'organizationOf'>;
  connectionTests: Pick<ConnectionTests, 'record'>;
  accounts: Pick<
    Accounts,
    'createIn' | 'joinIn' | 'ensureForLogin' | 'findLoginsByVerifiedEmail' | 'memberships' | 'find'
  >;
  sessions: Pick<Sessions, 'signInTo' | 'open' | 'find'>;
  sessionRenewals: Pick<SessionRenewals, 'renewIn'>;
  emailDomains: Pick<EmailDomains, 'findOrganization'>;
  signInEvents: SignInEvents;
  attempts: SignInAttempts;
}
