import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, requireOperator } from '../actors/actor.ts';
import { type CredentialHasher, createSecret, readSecret } from '../actors/credential.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { requireId } from '../id.ts';
import { requireInUse } from '../organizations/organization-status.ts';
import type { SignInEvents } from '../sign-in-log/sign-in-events.ts';
import type { SignInRefusalReason } from '../sign-in-log/sign-in-refusal.ts';
import { holdUsers } from '../users/hold-users.ts';
import { makeOwner, type NewOwner } from './make-owner.ts';
import type { LinkHolder, LiveLinkRow } from './one-time-links.store.ts';
import * as store from './one-time-links.store.ts';
import { type OneTimeSignIn, type OneTimeSignInParts, signInOnce } from './one-time-sign-in.ts';
import type { Visit } from './visit.ts';

/** For how long a link may be opened. */
export const LINK_LIFETIME_MILLISECONDS = 3_600_000;
/** Used and ended ones are of no use to anybody after that. */
const KEPT_MILLISECONDS = 86_400_000;

/** For whom a link is: an owner there is, or one who is made with it. */
export type OwnerLinkInput = { userId: string } | NewOwner;

export interface OwnerLink {
  /** In the address {publicUrl}/sign-in/link/{secret}; it is in this answer and nowhere else. */
  secret: string;
  expiresAt: Date;
  user: { id: string; userName: string };
}

/** What a page may show before a link is used. */
export interface OneTimeLinkView {
  kind: 'owner' | 'setUp';
  expiresAt: Date;
  /** Null for `setUp`. */
  organization: { id: string; name: string; slug: string } | null;
  user: { id: string; userName: string; displayName: string | null } | null;
}

/**
 * Links that sign in once, within an hour: the way in of an owner whom no connection lets in. The operator makes them; whoever
 * has one is the owner, so it is shown once and kept as an HMAC only.
 */
export class OneTimeLinks {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #hasher: CredentialHasher;
  readonly #parts: OneTimeSignInParts;
  readonly #signInEvents: Pick<SignInEvents, 'recordIn'>;

  constructor(
    parts: OneTimeSignInParts & {
      database: Database;
      clock: Clock;
      hasher: CredentialHasher;
      signInEvents: Pick<SignInEvents, 'recordIn'>;
    },
  ) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#hasher = parts.hasher;
    this.#parts = parts;
    this.#signInEvents = parts.signInEvents;
  }

  /**
   * A link for an active owner, or for one who is made now by their e-mail address; earlier ones of the user that were not
   * used end. For the operator. Throws `notFound`, `userNameTaken`, `invalidValue`, `organizationSuspended`,
   * `organizationClosing`, `forbidden`.
   */
  async create(actor: Actor, input: OwnerLinkInput): Promise<OwnerLink> {
    requireOperator(actor, 'makes one-time links');
    if ('userId' in input) requireId('user', input.userId);
    const secret = createSecret('oneTimeLink');
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const at = this.#clock();
      const userId = 'userId' in input ? input.userId : await makeOwner(transaction, actor, input, at);
      const holder = await holdHolder(transaction, userId);
      if (!holder) throw notFound('user', userId);
      requireInUse(holder.status);
      requireActiveOwner(holder);
      const expiresAt = new Date(at.getTime() + LINK_LIFETIME_MILLISECONDS);
      await transaction.rows(store.deleteUnusedLinksOf, userId);
      await transaction.rows(store.insertOwnerLink, this.#hasher.hmacOf(secret), userId, at, expiresAt);
      const data = { userName: holder.userName, expiresAt };
      await recordEvent(transaction, actor, { type: 'oneTimeLinkCreated', subjectId: userId, data, at });
      return { secret, expiresAt, user: { id: userId, userName: holder.userName } };
    });
  }

  /** What the link of the secret would do; undefined for one that is unknown, used, or over. It uses nothing up. */
  async peek(secret: string): Promise<OneTimeLinkView | undefined> {
    const link = await this.#find(secret);
    if (!link) return undefined;
    const { kind, expiresAt, organizationId, userId } = link;
    if (organizationId === null) {
      const [organization] = await this.#database.lookUp(store.lookUpAnyOrganization);
      return organization ? undefined : { kind, expiresAt, organization: null, user: null };
    }
    const [holder] = await this.#database.run(organizationId, store.selectHolder, userId);
    if (!holder) return undefined;
    const { userName, displayName, organizationName: name, slug } = holder;
    return {
      kind,
      expiresAt,
      organization: { id: organizationId, name, slug },
      user: { id: holder.userId, userName, displayName },
    };
  }

  /**
   * Signs the owner in, once, however many come at once. A link does not open for somebody who is inactive or an owner no
   * more, and stays as it is then.
   */
  async use(secret: string, visit: Visit): Promise<OneTimeSignIn> {
    const link = await this.#find(secret);
    if (!link || link.organizationId === null || link.userId === null) return OVER;
    const { organizationId, userId } = link;
    return this.#database.transaction(organizationId, async (transaction) => {
      const at = this.#clock();
      const holder = await holdHolder(transaction, userId);
      const reason = reasonAgainst(holder);
      if (reason) return this.#refuse(transaction, { reason, userId, address: visit.address, at });
      const [used] = await transaction.rows(store.useOwnerLink, this.#hasher.hmacOf(secret), at);
      if (!used || !holder) return OVER;
      return signInOnce(this.#parts, transaction, holder, { visit, at });
    });
  }

  /** Forgets links that ended a day ago. For the maintenance, once for all organizations. */
  async forgetEnded(): Promise<void> {
    await this.#database.lookUp(store.deleteEndedLinks, new Date(this.#clock().getTime() - KEPT_MILLISECONDS));
  }

  async #refuse(
    transaction: OrganizationTransaction,
    refusal: { reason: SignInRefusalReason; userId: string; address: string | null; at: Date },
  ): Promise<OneTimeSignIn> {
    const event = { outcome: 'refused', method: 'oneTimeLink', ...refusal } as const;
    const eventId = await this.#signInEvents.recordIn(transaction, event);
    return { kind: 'refused', reason: refusal.reason, eventId };
  }

  async #find(secret: string): Promise<LiveLinkRow | undefined> {
    if (readSecret(secret) !== 'oneTimeLink') return undefined;
    const [link] = await this.#database.lookUp(store.lookUpLiveLink, this.#hasher.hmacOf(secret), this.#clock());
    return link;
  }
}

const OVER: OneTimeSignIn = { kind: 'refused', reason: 'attemptExpired', eventId: null };

/** The user with all that speaks for or against the link, unchanged until the transaction ends. */
async function holdHolder(transaction: OrganizationTransaction, userId: string): Promise<LinkHolder | undefined> {
  await transaction.rows(holdUsers, [userId]);
  return (await transaction.rows(store.selectHolder, userId))[0];
}

function requireActiveOwner({ isActive, isOwner, userName }: LinkHolder): void {
  if (isActive && isOwner) return;
  const reason = isActive ? 'is not an owner' : 'is not active, and a link does not change that';
  const message = `${userName} ${reason}. Give the e-mail address of somebody who is not a user yet: they become an owner.`;
  throw new DomainError('invalidValue', message, { path: 'userId' });
}

function reasonAgainst(holder: LinkHolder | undefined): SignInRefusalReason | undefined {
  if (holder?.status !== 'active') return 'connectionDisabled';
  if (!holder.isActive) return 'deactivated';
  return holder.isOwner ? undefined : 'methodNotAccepted';
}
