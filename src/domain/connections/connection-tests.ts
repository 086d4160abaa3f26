import { timingSafeEqual } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import { type Actor, requirePermission } from '../actors/actor.ts';
import type { CredentialHasher } from '../actors/credential.ts';
import type { Clock } from '../clock.ts';
import { notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { requireId } from '../id.ts';
import { SealError, type SealFailure } from '../secrets/sealed-text.ts';
import { setTested } from './connections.store.ts';
import type { ConnectionCheck, IdentityProviders } from './identity-providers.ts';
import type { SignInConnection } from './sign-in-connection.ts';
import type { SignInConnections } from './sign-in-connections.ts';

const SECRET_SECONDS = 15 * 60;
const SECRET = /^([0-9a-z]{1,11})\.([\w-]{43})$/;

const secretRemedies = {
  secretKey:
    'It does not open under this SECRET_KEY. Set the one under which it was sealed; where that is lost, give it anew.',
  dataKeyGone: 'The data key under which it was sealed is not in the database any more: give it anew.',
  changed: 'What is stored of it was changed, or was sealed for another connection: give it anew.',
} satisfies Record<SealFailure, string>;

export interface StartedTest {
  checks: ConnectionCheck[];
  /** Opens the test address for 15 minutes, as long as the connection is not changed. */
  secret: string;
}

/** Trying a connection out before, or while, people sign in through it. */
export class ConnectionTests {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #hasher: CredentialHasher;
  readonly #identityProviders: IdentityProviders;
  readonly #signInConnections: SignInConnections;

  constructor(parts: {
    database: Database;
    clock: Clock;
    hasher: CredentialHasher;
    identityProviders: IdentityProviders;
    signInConnections: SignInConnections;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#hasher = parts.hasher;
    this.#identityProviders = parts.identityProviders;
    this.#signInConnections = parts.signInConnections;
  }

  /** Looks at what needs nobody to sign in, and opens the test address. Throws `notFound`. */
  async start(actor: Actor, id: string): Promise<StartedTest> {
    requirePermission(actor, 'rollcall:connections');
    requireId('connection', id);
    const connection = await this.#signInConnections.findIn(actor.organizationId, id);
    if (!connection) throw notFound('connection', id);
    const expiresAt = (this.#seconds() + SECRET_SECONDS).toString(36);
    const checks = await this.#check(connection);
    return { checks, secret: `${expiresAt}.${this.#hmacOf(connection, expiresAt)}` };
  }

  /** The connection that a secret is for; undefined for a wrong or expired one, or where the connection was changed. */
  async read(id: string, secret: string): Promise<SignInConnection | undefined> {
    const [, expiresAt, hmac] = SECRET.exec(secret) ?? [];
    if (expiresAt === undefined || hmac === undefined) return undefined;
    if (Number.parseInt(expiresAt, 36) <= this.#seconds()) return undefined;
    const connection = await this.#signInConnections.find(id);
    if (!connection) return undefined;
    const expected = Buffer.from(this.#hmacOf(connection, expiresAt));
    return timingSafeEqual(expected, Buffer.from(hmac)) ? connection : undefined;
  }

  /**
   * Keeps what a test sign-in brought. The connection stays as it is, so that its version does too. Throws `notFound` for one
   * that was deleted meanwhile.
   */
  async record(
    { organizationId, id: connectionId }: Pick<SignInConnection, 'organizationId' | 'id'>,
    claims: Record<string, unknown>,
  ): Promise<void> {
    const at = this.#clock();
    await this.#database.transaction(organizationId, async (transaction) => {
      const [tested] = await transaction.rows(setTested, connectionId, at, JSON.stringify(claims));
      if (!tested) throw notFound('connection', connectionId);
      const actor: Actor = { kind: 'system', organizationId };
      // What they say is about a person, and events are kept for long.
      const data = { claims: Object.keys(claims) };
      await recordEvent(transaction, actor, { type: 'connectionTested', subjectId: connectionId, data, at });
    });
  }

  async #check(connection: SignInConnection): Promise<ConnectionCheck[]> {
    try {
      const opened = await this.#signInConnections.open(connection);
      if (!opened) throw notFound('connection', connection.id);
      return await this.#identityProviders.check(opened);
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      return [{ name: 'clientSecret', isOk: false, message: secretRemedies[error.kind] }];
    }
  }

  #seconds(): number {
    return Math.floor(this.#clock().getTime() / 1000);
  }

  #hmacOf({ organizationId, id, version }: SignInConnection, expiresAt: string): string {
    return this.#hasher.hmacOf(`connection test ${organizationId} ${id} ${version} ${expiresAt}`);
  }
}
