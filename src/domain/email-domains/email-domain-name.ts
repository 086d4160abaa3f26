import { domainToASCII } from 'node:url';
import { DomainError } from '../domain-error.ts';
import { publicEmailDomains } from './public-email-domains.ts';

/** Before each domain stands the name of its TXT record, and a name of DNS has at most 253 characters. */
const LENGTH_MAX = 253 - '_rollcall.'.length;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** What makes an address of mail or of the web out of a domain. */
const NOT_OF_A_DOMAIN = /[^\p{L}\p{M}\p{N}.\u3002-]/u;

/**
 * A domain as somebody typed it, in lower case and its ASCII form (RFC 5890). Throws `invalidValue` with the path `domain` for an
 * address, a single label, an IP address and a domain at which anybody can have an address.
 */
export function readEmailDomain(text: string | null | undefined): string {
  const typed = (text ?? '').trim().replace(/\.$/, '');
  if (typed.includes('@')) throw refused('Give the domain alone, which is what stands behind the @.');
  if (typed === '' || NOT_OF_A_DOMAIN.test(typed)) throw refused('Give a domain such as acme.com.');
  const domain = domainToASCII(typed);
  const labels = domain.split('.');
  const isDomain = labels.length > 1 && labels.every((label) => LABEL.test(label)) && /[a-z]/.test(labels.at(-1) ?? '');
  if (!isDomain || domain.length > LENGTH_MAX) throw refused('Give a domain such as acme.com.');
  if (publicEmailDomains.has(domain)) {
    throw refused(`Anybody can have an address at ${domain}, so it is nobody's domain. Give one of your own.`);
  }
  return domain;
}

/** The domain of an e-mail address in the form in which domains are kept; undefined for what is no address. */
export function domainOfEmail(email: string): string | undefined {
  const at = email.lastIndexOf('@');
  if (at < 1 || NOT_OF_A_DOMAIN.test(email.slice(at + 1))) return undefined;
  const domain = domainToASCII(email.slice(at + 1));
  return domain === '' ? undefined : domain;
}

function refused(message: string): DomainError {
  return new DomainError('invalidValue', message, { path: 'domain' });
}
