import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, requireFreshSignIn, requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import { type DnsProof, lookUpProof, proofName, proofValue, type ResolveTxt } from './dns-proof.ts';
import type { EmailDomainStatus } from './email-domain.entity.ts';
import { domainOfEmail, readEmailDomain } from './email-domain-name.ts';
import type { EmailDomainOrderField, EmailDomainRow } from './email-domains.store.ts';
import * as store from './email-domains.store.ts';

/** A domain with the TXT record that proves it. */
export interface EmailDomainWithProof extends Omit<EmailDomainRow, 'token' | 'missingChecks'> {
  recordName: string;
  recordValue: string;
}

export interface EmailDomainFilter {
  status?: EmailDomainStatus | null | undefined;
}

const DOMAINS_MAX = 100;
const TOKEN_BYTES = 20;
const CHECKED_EVERY_MILLISECONDS = 24 * 3_600_000;
/** A proof is lost when it was missing for this long and in this many answers: a slip in a DNS console is no loss. */
const LOST_AFTER_MILLISECONDS = 72 * 3_600_000;
const LOST_AFTER_CHECKS = 3;

/**
 * The domains of e-mail addresses that an organization proves to be its own, by a TXT record. A domain means something
 * while it is proved, and one organization at a time has it. What was bound by e-mail stays bound when the proof goes.
 */
export class EmailDomains {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #resolveTxt: ResolveTxt;

  constructor({ database, clock, resolveTxt }: { database: Database; clock: Clock; resolveTxt: ResolveTxt }) {
    this.#database = database;
    this.#clock = clock;
    this.#resolveTxt = resolveTxt;
  }

  /**
   * Notes a domain with the record that has to prove it; the same again for one that the organization has already. Others
   * may add it too: only the proof decides. Throws `invalidValue`, `tooMany`, `freshSignInRequired`.
   */
  async add(actor: Actor, name: string): Promise<EmailDomainWithProof> {
    this.#requireAdmin(actor);
    const domain = readEmailDomain(name);
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const [{ count } = { count: 0 }] = await transaction.rows(store.countEmailDomains);
      const [known] = await transaction.rows(store.selectByDomain, domain);
      if (known) return withProof(known);
      if (count >= DOMAINS_MAX) {
        const message = `An organization has at most ${DOMAINS_MAX} domains. Remove one first.`;
        throw new DomainError('tooMany', message, { path: 'domain', max: DOMAINS_MAX });
      }
      const id = uuid();
      const at = this.#clock();
      const token = randomBytes(TOKEN_BYTES).toString('hex');
      const [added] = await transaction.rows(store.insertEmailDomain, id, domain, token, at);
      await recordEvent(transaction, actor, { type: 'emailDomainAdded', subjectId: id, data: { domain }, at });
      return withProof(required(added));
    });
  }

  /**
   * Looks for the proof in DNS now. Found, the domain is the organization's. Throws `emailDomainNotProved` with what was
   * looked for and what is there instead, also where DNS did not answer, and `emailDomainTaken` while another organization has
   * proved it: then nothing changes, but when DNS answered is noted. Throws `notFound`, `freshSignInRequired`.
   */
  async verify(actor: Actor, id: string): Promise<EmailDomainWithProof> {
    this.#requireAdmin(actor);
    const seen = await this.#read(actor, id);
    const proof = await lookUpProof(this.#resolveTxt, seen);
    if (proof.outcome === 'failed') throw notProved(withProof(seen), proof);
    const proved = await this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await lock(transaction, id);
      const after = proof.outcome === 'found' ? await this.#prove(transaction, actor, before) : undefined;
      if (!after) await this.#noteLook(transaction, before);
      return after;
    });
    if (proved) return withProof(proved);
    throw proof.outcome === 'found' ? taken(seen.domain) : notProved(withProof(seen), proof);
  }

  /** Gives a domain up: it means nothing here any more, and whoever proves it next has it. Throws `notFound`, `freshSignInRequired`. */
  async remove(actor: Actor, id: string): Promise<void> {
    this.#requireAdmin(actor);
    await this.#database.transaction(actor.organizationId, async (transaction) => {
      const { domain, status } = await lock(transaction, id);
      await transaction.rows(store.releaseDomain, domain);
      await transaction.rows(store.deleteEmailDomain, id);
      const data = { domain, status };
      await recordEvent(transaction, actor, { type: 'emailDomainRemoved', subjectId: id, data, at: this.#clock() });
    });
  }

  /** The domains in the order of the ids; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(EmailDomainWithProof | undefined)[]> {
    requirePermission(actor, 'rollcall:connections');
    const rows = await this.#database.run(actor.organizationId, store.selectEmailDomains, ids.filter(isId));
    return inOrderOf(ids, rows.map(withProof));
  }

  async list(
    actor: Actor,
    page: OrderedPageRequest<EmailDomainOrderField>,
    filter: EmailDomainFilter = {},
  ): Promise<Page<EmailDomainWithProof>> {
    requirePermission(actor, 'rollcall:connections');
    const filters = { status: given(filter.status) };
    const read = await store.emailDomainList.read(this.#database, actor.organizationId, page, { filters });
    return { ...read, items: read.items.map(withProof) };
  }

  /** Which organization has proved the domain of an address. */
  async findOrganization(email: string): Promise<string | undefined> {
    const domain = domainOfEmail(email);
    if (domain === undefined) return undefined;
    const [found] = await this.#database.lookUp(store.lookUpVerifiedDomain, domain);
    return found?.organizationId;
  }

  /**
   * Looks anew for the proofs that DNS was not asked for since a day: one that is missing for three days, and in three answers, is lost;
   * one that is there again counts again, unless somebody else has the domain by now. While DNS does not answer, nothing
   * changes. For the maintenance.
   */
  async recheck(actor: Actor, signal?: AbortSignal): Promise<void> {
    const before = new Date(this.#clock().getTime() - CHECKED_EVERY_MILLISECONDS);
    const due = await this.#database.run(actor.organizationId, store.dueForCheck, before);
    // All at once, so that a DNS that does not answer costs its five seconds only once.
    const looked = await Promise.all(
      due.map(async (row) => ({ row, proof: await lookUpProof(this.#resolveTxt, row) })),
    );
    for (const { row, proof } of looked) {
      if (signal?.aborted) return;
      if (proof.outcome !== 'failed') await this.#noteProof(actor, row, proof.outcome === 'found');
    }
  }

  async #noteProof(actor: Actor, seen: EmailDomainRow, isFound: boolean): Promise<void> {
    await this.#database.transaction(actor.organizationId, async (transaction) => {
      const [row] = await transaction.rows(store.lockEmailDomain, seen.id);
      // Somebody has removed or proved it meanwhile.
      if (!row || row.checkedAt?.getTime() !== seen.checkedAt?.getTime()) return;
      const proved = isFound ? await this.#prove(transaction, actor, row) : undefined;
      if (!proved) await this.#noteMissing(transaction, actor, row);
    });
  }

  /** The domain is the organization's, and the proof there; undefined while another organization has it. */
  async #prove(
    transaction: OrganizationTransaction,
    actor: Actor,
    row: EmailDomainRow,
  ): Promise<EmailDomainRow | undefined> {
    const { id, domain, status } = row;
    const [own] = await transaction.rows(store.takeDomain, domain);
    if (!own) return undefined;
    const at = this.#clock();
    const verifiedAt = status === 'verified' ? row.verifiedAt : at;
    const [after] = await transaction.rows(store.noteCheck, id, 'verified', verifiedAt, at, null, 0);
    if (status !== 'verified') {
      await recordEvent(transaction, actor, { type: 'emailDomainVerified', subjectId: id, data: { domain }, at });
    }
    return required(after);
  }

  /**
   * That DNS was asked for a proof that was never found. Once it was, only the daily look counts: whoever asks in between
   * could put it off for ever.
   */
  async #noteLook(transaction: OrganizationTransaction, row: EmailDomainRow): Promise<void> {
    const { id, status, verifiedAt, missingSince, missingChecks } = row;
    if (status !== 'pending') return;
    await transaction.rows(store.noteCheck, id, status, verifiedAt, this.#clock(), missingSince, missingChecks);
  }

  async #noteMissing(transaction: OrganizationTransaction, actor: Actor, row: EmailDomainRow): Promise<void> {
    const { id, domain, status, verifiedAt } = row;
    const at = this.#clock();
    const missingSince = row.missingSince ?? at;
    const missingChecks = row.missingChecks + 1;
    const isOver =
      missingChecks >= LOST_AFTER_CHECKS && at.getTime() - missingSince.getTime() >= LOST_AFTER_MILLISECONDS;
    const isLost = status === 'verified' && isOver;
    const next = isLost ? 'lost' : status;
    await transaction.rows(store.noteCheck, id, next, verifiedAt, at, missingSince, missingChecks);
    if (!isLost) return;
    await transaction.rows(store.releaseDomain, domain);
    const data = { domain, missingSince: missingSince.toISOString() };
    await recordEvent(transaction, actor, { type: 'emailDomainLost', subjectId: id, data, at });
  }

  async #read(actor: Actor, id: string): Promise<EmailDomainRow> {
    requireId('domain', id);
    const [row] = await this.#database.run(actor.organizationId, store.selectEmailDomains, [id]);
    if (!row) throw notFound('domain', id);
    return row;
  }

  #requireAdmin(actor: Actor): void {
    requirePermission(actor, 'rollcall:connections');
    requireFreshSignIn(actor, this.#clock());
  }
}

function withProof({ token, missingChecks: _, ...row }: EmailDomainRow): EmailDomainWithProof {
  return { ...row, recordName: proofName(row.domain), recordValue: proofValue(token) };
}

async function lock(transaction: OrganizationTransaction, id: string): Promise<EmailDomainRow> {
  requireId('domain', id);
  const [row] = await transaction.rows(store.lockEmailDomain, id);
  if (!row) throw notFound('domain', id);
  return row;
}

function required(row: EmailDomainRow | undefined): EmailDomainRow {
  if (!row) throw new Error('A written domain was not returned.');
  return row;
}

function notProved(
  { domain, recordName, recordValue }: EmailDomainWithProof,
  proof: Exclude<DnsProof, { outcome: 'found' }>,
): DomainError {
  const wanted = `a TXT record of ${recordName} with the value ${recordValue}`;
  const facts = { path: 'id', domain, recordName, recordValue };
  if (proof.outcome === 'failed') {
    const message = `DNS did not answer (${proof.code}) when it was asked for ${wanted}. Nothing has changed; try again.`;
    return new DomainError('emailDomainNotProved', message, { ...facts, dnsFailure: proof.code });
  }
  const { seen } = proof;
  const there =
    seen.length === 0 ? 'There is none yet' : `There is only: ${seen.map((text) => `"${text}"`).join(', ')}`;
  const message = `DNS has not got ${wanted}. ${there}. A new record may take an hour to be seen everywhere.`;
  return new DomainError('emailDomainNotProved', message, { ...facts, seen });
}

function taken(domain: string): DomainError {
  const message = `Another organization has proved the domain ${domain}. It can be yours once that one removes it, or once its TXT record has been gone from DNS for three days; remove the record if it is not to be there, or ask the operator of the service.`;
  return new DomainError('emailDomainTaken', message, { path: 'id', domain });
}
