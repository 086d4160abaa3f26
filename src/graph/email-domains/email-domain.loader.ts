import type { EmailDomainWithProof } from '../../domain/email-domains/email-domains.ts';
import type { BatchRead } from '../context.ts';

export const emailDomainsById: BatchRead<EmailDomainWithProof | undefined> = (domain, actor, ids) =>
  domain.emailDomains.getMany(actor, ids);
