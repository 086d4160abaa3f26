import { v7 as uuid } from 'uuid';
import type { OrganizationTransaction } from '../../database/database.ts';
import type { LoginProvider } from '../accounts/account.entity.ts';
import type { SignInOrganization } from '../connections/sign-in-connection.ts';
import type { SignInToRecord } from '../sign-in-log/sign-in-events.ts';
import type { SignInRefusalReason } from '../sign-in-log/sign-in-refusal.ts';
import type { SignInRefusal } from './sign-in-outcome.ts';
import type { SignInParts } from './sign-in-parts.ts';

/** A refusal before it is written down. */
export interface RefusalFacts {
  reason: SignInRefusalReason;
  organizationId: string | null;
  connection?: { id: string; name: string } | undefined;
  provider?: LoginProvider | null;
  userId?: string | null;
  subject?: string | null;
  email?: string | null;
  otherMethods?: LoginProvider[];
  detail?: Record<string, unknown>;
  address: string | null;
}

/**
 * Writes a refusal into the log of the organization, where one is known, in the transaction that is given or in one of its own,
 * and answers what its page says.
 */
export async function refuseSignIn(
  { signInEvents, clock }: Pick<SignInParts, 'signInEvents' | 'clock'>,
  facts: RefusalFacts,
  organization: SignInOrganization | undefined,
  transaction?: OrganizationTransaction,
): Promise<SignInRefusal> {
  const {
    reason,
    connection,
    provider,
    userId,
    subject,
    email = null,
    otherMethods = [],
    detail = {},
    address,
  } = facts;
  const event: SignInToRecord = {
    outcome: 'refused',
    reason,
    method: provider ?? 'connection',
    connectionId: connection?.id ?? null,
    userId: userId ?? null,
    subject: subject ?? null,
    email,
    detail,
    address,
    at: clock(),
  };
  const write = () => {
    if (transaction) return signInEvents.recordIn(transaction, event);
    return facts.organizationId === null ? uuid() : signInEvents.record(facts.organizationId, event);
  };
  return {
    reason,
    eventId: await write(),
    organization: organization
      ? { name: organization.disclosesName ? organization.name : null, slug: organization.slug }
      : null,
    contact: organization?.signInContact ?? null,
    connectionName: connection?.name ?? null,
    email,
    otherMethods,
    detail,
  };
}
