import { domainToASCII } from 'node:url';
import type { Actor } from '../domain/actors/actor.ts';
import type { Domain } from '../domain/domain.ts';
import type { EmailDomainWithProof } from '../domain/email-domains/email-domains.ts';
import { allItems } from './all-items.ts';
import { CommandError } from './command-error.ts';

/** The organization's domain of this name, typed in any case. Throws CommandError. */
export async function findEmailDomain(
  domain: Domain,
  { operator, slug }: { operator: Actor; slug: string },
  name: string,
): Promise<EmailDomainWithProof> {
  const wanted = domainToASCII(name.trim().replace(/\.$/, ''));
  const domains = await allItems((page) => domain.emailDomains.list(operator, page));
  const found = domains.find((each) => each.domain === wanted || each.id === wanted);
  if (found) return found;
  throw new CommandError(
    'notFound',
    `The organization has no domain "${name}". See: npx rollcall domain list --org ${slug}`,
  );
}
