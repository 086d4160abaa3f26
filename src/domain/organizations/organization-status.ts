import { DomainError } from '../domain-error.ts';
import type { OrganizationStatus } from './organization.entity.ts';

/** Throws `organizationSuspended` or `organizationClosing` unless the organization is in use. */
export function requireInUse(status: OrganizationStatus): void {
  if (status === 'suspended') {
    throw new DomainError('organizationSuspended', 'The operator of the service has suspended the organization.');
  }
  if (status === 'closing') {
    throw new DomainError('organizationClosing', 'The organization is being closed; the operator can reopen it.');
  }
}
