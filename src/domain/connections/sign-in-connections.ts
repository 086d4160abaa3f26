import type { Database } from '../../database/database.ts';
import { isId } from '../id.ts';
import { lookUpSlug } from '../organizations/organization-slugs.store.ts';
import { slugProblem } from '../organizations/slug.ts';
import { clientSecretContext, type Seals } from '../secrets/seals.ts';
import * as store from './connections.store.ts';
import type { SignInConnection, SignInOrganization } from './sign-in-connection.ts';

export type SecretSeals = Pick<Seals, 'seal' | 'open'>;

/** Connections and their organizations as sign-in finds them, before anybody acts. */
export class SignInConnections {
  readonly #database: Database;
  readonly #seals: SecretSeals;

  constructor({ database, seals }: { database: Database; seals: SecretSeals }) {
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
    const [sealed] = await this.#database.run(organizationId, store.selectSealed, connectionId);
    return sealed && this.#open(organizationId, sealed);
  }

  /** By the current slug or an alias. */
  async findOrganization(slug: string): Promise<SignInOrganization | undefined> {
    if (slugProblem(slug)) return undefined;
    const [found] = await this.#database.lookUp(lookUpSlug, slug);
    return found && this.organizationOf(found.organizationId);
  }

  async organizationOf(organizationId: string): Promise<SignInOrganization | undefined> {
    const [[organization], all] = await Promise.all([
      this.#database.run(organizationId, store.selectSignInOrganization),
      this.#database.run(organizationId, store.selectAllSealed),
    ]);
    if (!organization) return undefined;
    const enabled = all.filter(({ status }) => status === 'enabled');
    const connections = await Promise.all(enabled.map((sealed) => this.#open(organizationId, sealed)));
    return { ...organization, connections, hasConnections: all.length > 0 };
  }

  async #open(
    organizationId: string,
    { sealedSecret, ...connection }: store.SealedConnection,
  ): Promise<SignInConnection> {
    const context = clientSecretContext({ organizationId, id: connection.id });
    const clientSecret = sealedSecret === null ? null : await this.#seals.open(sealedSecret, context);
    return { ...connection, organizationId, clientSecret };
  }
}
