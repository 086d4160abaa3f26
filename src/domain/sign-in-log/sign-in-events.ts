import { v7 as uuid } from 'uuid';
import { foldKey } from '../../attributes/fold.ts';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import type { AuthenticationMethod } from '../accounts/session.entity.ts';
import { type Actor, requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { storableJson } from '../events/reported-events.ts';
import { inOrderOf, isId } from '../id.ts';
import { firstIdAt } from '../id-at.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import { readOptionalText } from '../text-input.ts';
import { RefusalLimit } from './refusal-limit.ts';
import type { SignInEvent } from './sign-in-event.entity.ts';
import type { SignInEventOrderField, SignInEventRow } from './sign-in-events.store.ts';
import * as store from './sign-in-events.store.ts';
import { signInReference } from './sign-in-reference.ts';
import type { SignInRefusalReason } from './sign-in-refusal.ts';

export interface SignInEventFilter {
  outcomes?: readonly SignInEvent['outcome'][] | null | undefined;
  reasons?: readonly SignInRefusalReason[] | null | undefined;
  userId?: string | null | undefined;
  connectionId?: string | null | undefined;
  /** What the page that the person saw shows, the last twelve characters of the id; the id or its beginning; an e-mail address. */
  search?: string | null | undefined;
}

/** A sign-in to write down; texts that PostgreSQL could not keep are made storable. */
export interface SignInToRecord {
  outcome: SignInEvent['outcome'];
  reason?: SignInRefusalReason | null;
  method: AuthenticationMethod;
  connectionId?: string | null;
  userId?: string | null;
  subject?: string | null;
  email?: string | null;
  detail?: Record<string, unknown>;
  address: string | null;
  at: Date;
}

const KEPT_DAYS = 400;
const DAY_MILLISECONDS = 86_400_000;
const SEARCH_LENGTH_MAX = 512;
const REFERENCE = /^[0-9a-f]{12}$/;
const ID_BEGINNING_MIN = 8;

/** Every sign-in to an organization and what became of it. Refusals are capped, so that a flood of them hides nothing. */
export class SignInEvents {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #limit = new RefusalLimit();

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Writes one in the transaction of what it tells of, and answers its id. */
  async recordIn(transaction: OrganizationTransaction, event: SignInToRecord): Promise<string> {
    const id = uuid();
    const known = this.#limit.count(transaction.organizationId, event, id);
    if (known !== undefined) return known;
    const { outcome, reason = null, method, connectionId = null, userId = null, address, at } = event;
    const { subject = null, email = null, detail = {} } = event;
    const emailKey = email === null ? null : foldKey(email);
    const texts = storableJson({ subject, email, emailKey, detail, address });
    const values = [id, signInReference(id), outcome, reason, method, connectionId, userId, texts, at];
    await transaction.rows(store.insertEvent, ...values);
    return id;
  }

  /** The same in a transaction of its own. */
  record(organizationId: string, event: SignInToRecord): Promise<string> {
    return this.#database.transaction(organizationId, (transaction) => this.recordIn(transaction, event));
  }

  /** The newest first unless asked otherwise. Needs `rollcall:connections`. Throws `invalidValue`. */
  async list(
    actor: Actor,
    request: OrderedPageRequest<SignInEventOrderField>,
    filter: SignInEventFilter = {},
  ): Promise<Page<SignInEventRow>> {
    requirePermission(actor, 'rollcall:connections');
    const { outcomes, reasons, userId, connectionId } = filter;
    if ([userId, connectionId].some((id) => id != null && !isId(id))) return { items: [], hasNextPage: false };
    const search = readOptionalText(filter.search, 'filter.search', SEARCH_LENGTH_MAX)?.replaceAll(/\s/g, '');
    const page = {
      ...request,
      orderBy: request.orderBy ?? { field: 'createdAt' as const, direction: 'desc' as const },
    };
    return store.signInEventList.read(this.#database, actor.organizationId, page, {
      filters: {
        outcomes: given(outcomes),
        reasons: given(reasons),
        userId: given(userId),
        connectionId: given(connectionId),
        ...(search !== undefined && searchFor(foldKey(search))),
      },
    });
  }

  /** The events in the order of the ids; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(SignInEventRow | undefined)[]> {
    requirePermission(actor, 'rollcall:connections');
    return inOrderOf(ids, await this.#database.run(actor.organizationId, store.selectEvents, ids.filter(isId)));
  }

  /** Forgets what is older than 400 days: run it now and then in each organization. */
  async forgetOld(transaction: OrganizationTransaction): Promise<void> {
    const since = new Date(this.#clock().getTime() - KEPT_DAYS * DAY_MILLISECONDS);
    await transaction.rows(store.deleteEvents, firstIdAt(since));
  }
}

/** By what a text without white space searches: the reference on a page, which shows it in groups, the id or its beginning, else an e-mail address. */
function searchFor(
  key: string,
): { reference: [string] } | { ids: [from: string, to: string] } | { emailKey: [string] } {
  if (REFERENCE.test(key)) return { reference: [key] };
  const rest = '________-____-____-____-____________'.slice(key.length);
  const [from, to] = [key + rest.replaceAll('_', '0'), key + rest.replaceAll('_', 'f')];
  return key.length >= ID_BEGINNING_MIN && isId(from) ? { ids: [from, to] } : { emailKey: [key] };
}
