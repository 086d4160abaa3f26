import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../attributes/json.ts';
import { openDirectoryDocument, readStrictnessDocument } from './documents/operations.ts';
import type { GraphAnswer, GraphCall, GraphClient, GraphDocument } from './graph-client.ts';
import { acceptsScim } from './protocol/accept.ts';
import { readIfMatch } from './protocol/etag.ts';
import { type Projection, readProjection } from './protocol/projection.ts';
import { readQuery, type ScimQuery } from './protocol/query.ts';
import { ScimError, scimErrors } from './protocol/scim-error.ts';
import type { RecentUsers } from './recent-users.ts';
import { GraphRefusal, payloadProblem, thrownProblem } from './scim-problems.ts';
import type { Turns } from './turns.ts';

/** What a handler answers; reads name their outcome for the provisioning log, writes tell of themselves. */
export type Reply = {
  readonly status: number;
  readonly body?: object;
  /** The JSON of a body that may be long, read while it is sent; what is thrown then cuts the answer off. */
  readonly pieces?: AsyncIterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly outcome?: string;
  readonly detail?: JsonObject;
};

export type Handler = (exchange: Exchange) => Reply | Promise<Reply>;

/** What of a request is read only when somebody asks: it came over HTTP, or as an operation of a bulk request. */
export type ScimRequest = {
  readonly headers: IncomingHttpHeaders;
  /** As announced; infinite where nothing was. */
  readonly bodyBytes: number;
  /** Throws 400, 413 and 415. */
  readBody(): Promise<JsonObject>;
};

/** An operation of a bulk request (RFC 7644 §3.7); its path begins with "/" below the directory's address. */
export type InnerRequest = {
  readonly method: string;
  readonly path: string;
  readonly body: JsonObject;
  /** As If-Match. */
  readonly version?: string;
};

type ExchangeParts = {
  readonly request: ScimRequest;
  readonly call: GraphCall;
  readonly graph: GraphClient;
  readonly turns: Turns;
  readonly recentUsers: RecentUsers;
  readonly directoryId: string;
  readonly resourceId: string;
  readonly search: string;
  readonly baseUrl: string;
  /** True where the bearer was found to open the directory already. */
  readonly isJudged?: boolean;
  readonly perform: (outer: Exchange, inner: InnerRequest) => Promise<Reply>;
};

type Payload = { readonly errors: readonly { code: string; message: string; path: string | null }[] };

/** Larger bodies are not even read for a bearer that opens nothing. */
const UNJUDGED_BODY_BYTES_MAX = 65_536;

/** One SCIM request under way: what it says, and its way to GraphQL. */
export class Exchange {
  readonly directoryId: string;
  /** The id in the path, "" where the path has none; whatever the client wrote. */
  readonly resourceId: string;
  /** The directory's SCIM address without a trailing slash. */
  readonly baseUrl: string;
  readonly call: GraphCall;
  readonly turns: Turns;
  readonly recentUsers: RecentUsers;
  readonly #request: ScimRequest;
  readonly #graph: GraphClient;
  readonly #search: string;
  readonly #perform: ExchangeParts['perform'];
  #query: ScimQuery | undefined;
  #projection: Projection | undefined;
  #ifVersions: number[] | null | undefined;
  #isJudged: boolean;

  constructor(parts: ExchangeParts) {
    this.directoryId = parts.directoryId;
    this.resourceId = parts.resourceId;
    this.baseUrl = parts.baseUrl;
    this.call = parts.call;
    this.turns = parts.turns;
    this.recentUsers = parts.recentUsers;
    this.#request = parts.request;
    this.#graph = parts.graph;
    this.#search = parts.search;
    this.#perform = parts.perform;
    this.#isJudged = parts.isJudged ?? false;
  }

  get query(): ScimQuery {
    this.#query ??= readQuery(this.#search);
    return this.#query;
  }

  /** From now on what a search says in its body counts, not the address (RFC 7644 §3.4.3). */
  ask(query: ScimQuery): void {
    this.#query = query;
    this.#projection = undefined;
  }

  get projection(): Projection {
    this.#projection ??= readProjection(this.query);
    return this.#projection;
  }

  /** The versions that If-Match allows; null when any will do. */
  get ifVersions(): number[] | null {
    if (this.#ifVersions === undefined) {
      const condition = readIfMatch(this.#request.headers['if-match']);
      this.#ifVersions = condition?.kind === 'versions' ? condition.versions : null;
    }
    return this.#ifVersions;
  }

  /**
   * Whether the client takes SCIM. Accept headers that do not name it are common and meant as nothing, so only a strict
   * directory has its client refused.
   */
  async isAnswerAcceptable(): Promise<boolean> {
    if (acceptsScim(this.#request.headers.accept)) return true;
    return !(await this.read(readStrictnessDocument, { directoryId: this.directoryId })).isDirectoryStrict;
  }

  get isRead(): boolean {
    return this.call.method === 'GET' || this.call.method === 'HEAD';
  }

  /** True when the request is to be done only over versions that If-None-Match does not name. */
  get isForUnseen(): boolean {
    return readIfMatch(this.#request.headers['if-none-match']) !== undefined;
  }

  /** True when If-None-Match names the version, so that the client has the resource already. */
  hasSeen(version: number): boolean {
    const condition = readIfMatch(this.#request.headers['if-none-match']);
    return condition?.kind === 'any' || condition?.versions.includes(version) === true;
  }

  async body(): Promise<JsonObject> {
    if (!(this.#request.bodyBytes <= UNJUDGED_BODY_BYTES_MAX)) await this.admit();
    return this.#request.readBody();
  }

  /** Answers another request of the same bearer as if it had come by itself. Never rejects. */
  perform(inner: InnerRequest): Promise<Reply> {
    return this.#perform(this, inner);
  }

  /** The data of a query; a refusal is thrown as the ScimError that answers it. */
  async read<Data, Variables>(document: GraphDocument<Data, Variables>, variables: Variables): Promise<Data> {
    const data = this.#dataOf(document, await this.#graph.run(document, variables, this.call));
    this.#isJudged = true;
    return data;
  }

  /** The payload of a mutation, whose first error is thrown as the ScimError that answers it. */
  async write<Success extends Payload, Variables>(
    document: GraphDocument<{ [field: string]: Success }, Variables>,
    variables: Variables,
  ): Promise<Success> {
    const data = this.#dataOf(document, await this.#graph.run(document, variables, this.call));
    const payload = data[document.field];
    if (!Array.isArray(payload?.errors)) throw scimErrors.unavailable();
    const [error] = payload.errors;
    // Not found may be the directory itself.
    this.#isJudged ||= error?.code !== 'NOT_FOUND';
    if (error === undefined) return payload;
    const problem = payloadProblem(error);
    // Without If-Match the client set no condition that could have failed (RFC 7644 table 8).
    const isUnconditional = problem.status === 412 && this.ifVersions === null;
    throw isUnconditional ? new GraphRefusal(problem.code, new ScimError(409, problem.detail)) : problem;
  }

  /** Throws what GraphQL answers to a bearer that does not open the directory, unless it has judged the bearer already. */
  async admit(): Promise<void> {
    if (!this.#isJudged) await this.read(openDirectoryDocument, { directoryId: this.directoryId });
  }

  /** Whatever lacks the field that was asked for is no answer, and judges nobody: something else is where GraphQL should be. */
  #dataOf<Data, Variables>({ field }: GraphDocument<Data, Variables>, { data, errors }: GraphAnswer<Data>): Data {
    const [error] = errors ?? [];
    if (error !== undefined) {
      const problem = thrownProblem(error);
      // A 400 may have been found in the variables, before anybody looked at the bearer.
      this.#isJudged ||= problem.status !== 400;
      throw problem;
    }
    if (typeof data !== 'object' || data === null || !Object.hasOwn(data, field)) throw scimErrors.unavailable();
    return data;
  }
}
