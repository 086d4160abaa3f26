import { actorOf, type CurrentSession } from '../domain/accounts/current-session.ts';
import type { Actor } from '../domain/actors/actor.ts';
import type { Domain } from '../domain/domain.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { PublicAddress } from '../domain/public-address.ts';
import { Loader } from './loader.ts';

/** One request as it was received; for SCIM, `method` and `path` are those of the SCIM request. */
export interface GraphCall {
  /** The `Authorization` header. */
  authorization: string | undefined;
  /** The cookie of a session that may count: a page that may not ask has sent it otherwise. A bearer goes before it. */
  cookie?: string | undefined;
  requestId: string;
  method: string;
  path: string;
}

/** What a door of the service gives all contexts that come through it. */
export interface ContextSettings {
  accepts: AcceptedBearers;
  address: PublicAddress;
}

/** Which bearers open a door: the facade's calls are for SCIM tokens only, /graphql takes API keys too. */
export type AcceptedBearers = 'any' | 'scimTokens';

/** Reads many objects at once, in the order of the keys; `Arguments` are those of the field that asks, such as a page. */
export type BatchRead<Value, Arguments = undefined> = (
  domain: Domain,
  actor: Actor,
  keys: string[],
  args: Arguments,
) => Promise<readonly Value[]>;

const BEARER = /^Bearer +([0-9A-Za-z_]{1,256}) *$/i;

/** What resolvers share during one request: the domain, the call, who acts, the session, and the loaders. */
export class GraphContext {
  readonly domain: Domain;
  readonly call: GraphCall;
  readonly address: PublicAddress;
  readonly #accepts: AcceptedBearers;
  #actor: Promise<Actor> | undefined;
  #session: Promise<CurrentSession | undefined> | undefined;
  readonly #loaders = new Map<unknown, Map<string, Loader<unknown>>>();

  constructor(domain: Domain, call: GraphCall, { accepts, address }: ContextSettings) {
    this.domain = domain;
    this.call = call;
    this.address = address;
    this.#accepts = accepts;
  }

  /** Who acts by the bearer, or else by the session, asked for at most once a request. Throws `credentialInvalid`. */
  readonly actor = (): Promise<Actor> => {
    this.#actor ??= this.#isOfSession
      ? this.#findSession().then(requireActor)
      : authenticate(this.domain, this.call.authorization, this.#accepts);
    return this.#actor;
  };

  /**
   * The session of the request, which may open no organization; undefined where a bearer acts. Throws `credentialInvalid`
   * where nobody does.
   */
  readonly viewerSession = async (): Promise<CurrentSession | undefined> => {
    if (this.#isOfSession) return requireSession(await this.#findSession());
    await this.actor();
    return undefined;
  };

  /** The session of the request, and its cookie. Throws `credentialInvalid`; `forbidden` for a bearer. */
  readonly requireSession = async (): Promise<{ session: CurrentSession; cookie: string }> => {
    const session = await this.viewerSession();
    const { cookie } = this.call;
    if (session && cookie !== undefined) return { session, cookie };
    throw new DomainError('forbidden', 'This is for somebody who is signed in, not for a key or a token.');
  };

  /** Read once a request, and never kept for the next. */
  #findSession(): Promise<CurrentSession | undefined> {
    this.#session ??= this.domain.sessions.find(this.call.cookie);
    return this.#session;
  }

  get #isOfSession(): boolean {
    const { authorization, cookie } = this.call;
    return authorization === undefined && cookie !== undefined && this.#accepts === 'any';
  }

  /** One object, read together with the others that this request asks for in the same turn. */
  readonly load = <Value>(read: BatchRead<Value>, key: string): Promise<Value> => this.loadWith(read, key, undefined);

  /** The same for a field with arguments: those asked for with equal ones are read together. */
  readonly loadWith = <Value, Arguments>(
    read: BatchRead<Value, Arguments>,
    key: string,
    args: Arguments,
  ): Promise<Value> => {
    const loaders = this.#loaders.get(read) ?? new Map<string, Loader<unknown>>();
    this.#loaders.set(read, loaders);
    const name = JSON.stringify(args) ?? '';
    let loader = loaders.get(name);
    if (!loader) {
      loader = new Loader<unknown>(async (keys) => read(this.domain, await this.actor(), keys, args));
      loaders.set(name, loader);
    }
    return loader.load(key) as Promise<Value>;
  };
}

/** A context for one request; the bearer is looked at when a resolver asks who acts. */
export function createContext(domain: Domain, call: GraphCall, settings: ContextSettings): GraphContext {
  return new GraphContext(domain, call, settings);
}

function requireSession(session: CurrentSession | undefined): CurrentSession {
  if (session) return session;
  throw new DomainError('credentialInvalid', 'The session is over. Sign in again.');
}

function requireActor(session: CurrentSession | undefined): Actor {
  const actor = actorOf(requireSession(session));
  if (actor) return actor;
  throw new DomainError('credentialInvalid', 'The session opens no organization. Sign in to one.');
}

/** A SCIM token and an API key name their kind themselves; each service refuses the other's. */
async function authenticate(
  domain: Domain,
  authorization: string | undefined,
  accepts: AcceptedBearers,
): Promise<Actor> {
  const bearer = BEARER.exec(authorization ?? '')?.[1];
  const byKey = accepts === 'any' && bearer ? await domain.apiKeys.authenticate(bearer) : undefined;
  const actor = byKey ?? (bearer && (await domain.scimTokens.authenticate(bearer)));
  if (actor) return actor;
  throw new DomainError(
    'credentialInvalid',
    'The bearer is missing, wrong, revoked or expired, and no session says who asks.',
  );
}
