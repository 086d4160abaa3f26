import { foldKey } from '../../src/attributes/fold.ts';
import { grantsReaching, isSensitiveSet } from './access.ts';
import { keyOf, workEmailOf } from './documents.ts';
import type { DomainAct } from './steps.ts';
import { DAY, type EmailDomain, get, newName, type World } from './world.ts';

const LOST_AFTER = 3 * DAY;
const LOST_AFTER_CHECKS = 3;

/** What admins do to domains of e-mail addresses, and to DNS. Each answers `ok` or the code of the refusal, having changed nothing. */
export function actOnDomain(world: World, id: number, act: DomainAct): string {
  if (act.kind === 'addDomain') {
    if ([...world.emailDomains.values()].some(({ domain }) => domain === act.domain)) return 'ok';
    const before = {
      status: 'pending',
      checkedAt: null,
      missingSince: null,
      missingChecks: 0,
      hasProof: false,
    } as const;
    world.emailDomains.set(newName(world, `M${id}`), { domain: act.domain, ...before });
    return 'ok';
  }
  const domain = get(world.emailDomains, act.emailDomain);
  if (act.kind === 'setProof') domain.hasProof = act.isThere;
  else if (act.kind === 'removeDomain') world.emailDomains.delete(act.emailDomain);
  else if (!domain.hasProof) return 'EMAIL_DOMAIN_NOT_PROVED';
  else if (!prove(world, domain)) return 'EMAIL_DOMAIN_TAKEN';
  return 'ok';
}

/** "A domain that is lost": the daily look, while DNS answers. */
export function recheckDomains(world: World): void {
  for (const domain of world.emailDomains.values()) {
    const isDue = domain.checkedAt !== null && domain.checkedAt <= world.now - DAY;
    if (domain.status === 'pending' || !isDue || (domain.hasProof && prove(world, domain))) continue;
    domain.checkedAt = world.now;
    domain.missingSince ??= world.now;
    domain.missingChecks += 1;
    const isOver = domain.missingChecks >= LOST_AFTER_CHECKS && world.now - domain.missingSince >= LOST_AFTER;
    if (isOver) domain.status = 'lost';
  }
}

/** One organization at a time has a domain: false while another one does. */
function prove(world: World, domain: EmailDomain): boolean {
  if (world.takenElsewhere.has(domain.domain)) return false;
  Object.assign(domain, { status: 'verified', checkedAt: world.now, missingSince: null, missingChecks: 0 });
  return true;
}

export function provedDomainsOf(world: World): Set<string> {
  const domains = [...world.emailDomains.values()];
  return new Set(domains.filter(({ status }) => status === 'verified').map(({ domain }) => domain));
}

/** "A proved address" of docs/life-cycles.md: whether the record's match is the directory's at once. */
export function isAdopted(world: World, record: string, user: string): boolean {
  const { document } = get(world.records, record);
  const match = get(world.users, user);
  const isProved = (address: string) => provedDomainsOf(world).has(address.toLowerCase().split('@')[1] ?? '');
  const email = workEmailOf(document);
  const isShared = (address: string, key: string) => foldKey(address) === key && isProved(address);
  const sharesEmail = match.email !== null && email !== null && isShared(match.email, foldKey(email));
  const sharesName = match.nameKey === keyOf(document) && isShared(match.userName, keyOf(document));
  const isForAnAdmin =
    match.isBlocked ||
    match.isRemoved ||
    world.userLinks.some(
      (link) => link.user === user && (link.state !== 'superseded' || link.isDecided || link.record === record),
    ) ||
    grantsReaching(world, user).some((grant) => isSensitiveSet(get(world.permissionSets, grant.permissionSet)));
  return match.isManual && (sharesEmail || sharesName) && (email === null || isProved(email)) && !isForAnAdmin;
}
