import type { Database } from '../../database/database.ts';
import { isId } from '../id.ts';
import { lookUpSlug } from '../organizations/organization-slugs.store.ts';
import { slugProblem } from '../organizations/slug.ts';
import { clientSecretContext, type Seals } from '../secrets/seals.ts';
import * as store from './connections.store.ts';
import type { OpenedConnection, SignInConnection, SignInOrganization } from './sign-in-connection.ts';

/** Connections and their organizations as sign-in finds them, before anybody acts. */
export class SignInConnections {
  readonly #database: Database;
  readonly #seals: Pick<Seals, 'open'>;

  constructor({ database, seals }: { database: Database; seals: Pick<Seals, 'open'> }) {
    this.#database = database;
    this.#seals = seals;
  }

  /** In any status; undefined for an unknown or deleted one. */
  async find(connectionId: string): Promise<SignInConnection | undefined> {
    if (!isId(connectionId)) return undefined;
    const [address] = await this.#database.lookUp(store.lookUpAddress, connectionId);
    return address && this.findIn(address.organizationId, connectionId);
  }

  /** The same of an organization that is known. */
  async findIn(organizationId: string, connectionId: string): Promise<SignInConnection | undefined> {
    const [connection] = await this.#database.run(organizationId, store.selectForSignIn, connectionId);
    return connection && { ...connection, organizationId };
  }

  /**
   * The connection as it is now, with its client secret: read together, so that both are of one version. Undefined for one that
   * was deleted meanwhile. Throws SealError where the secret cannot be opened.
   */
  async open({
    organizationId,
    id,
  }: Pick<SignInConnection, 'organizationId' | 'id'>): Promise<OpenedConnection | undefined> {
    const [found] = await this.#database.run(organizationId, store.selectSealed, id);
    if (!found) return undefined;
    const { sealedSecret, ...connection } = found;
    const context = clientSecretContext({ organizationId, id });
    const clientSecret = sealedSecret === null ? null : await this.#seals.open(sealedSecret, context);
    return { ...connection, organizationId, clientSecret };
  }

  /** By the current slug or an alias, whatever the organization's status. */
  async findOrganization(slug: string): Promise<SignInOrganization | undefined> {
    if (slugProblem(slug)) return undefined;
    const [found] = await this.#database.lookUp(lookUpSlug, slug);
    return found && this.organizationOf(found.organizationId);
  }

  /** The same by its id. */
  async organizationOf(organizationId: string): Promise<SignInOrganization | undefined> {
    const [[organization], all] = await Promise.all([
      this.#database.run(organizationId, store.selectSignInOrganization),
      this.#database.run(organizationId, store.selectAllForSignIn),
    ]);
    if (!organization) return undefined;
    const enabled = all.filter(({ status }) => status === 'enabled');
    const connections = enabled.map((connection) => ({ ...connection, organizationId }));
    return { ...organization, connections, hasConnections: all.length > 0 };
  }
}
