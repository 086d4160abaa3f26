import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '../attributes/json.ts';
import { openDirectoryDocument } from './documents/operations.ts';
import type { GraphAnswer, GraphCall, GraphClient, GraphDocument } from './graph-client.ts';
import { readIfMatch } from './protocol/etag.ts';
import { type Projection, readProjection } from './protocol/projection.ts';
import { readQuery, type ScimQuery } from './protocol/query.ts';
import { ScimError, scimErrors } from './protocol/scim-error.ts';
import { readJsonBody } from './request-body.ts';
import { GraphRefusal, payloadProblem, thrownProblem } from './scim-problems.ts';
import type { Turns } from './turns.ts';

/** What a handler answers; reads name their outcome for the provisioning log, writes tell of themselves. */
export type Reply = {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly outcome?: string;
  readonly detail?: JsonObject;
};

export type Handler = (exchange: Exchange) => Reply | Promise<Reply>;

type ExchangeParts = {
  readonly request: IncomingMessage;
  readonly call: GraphCall;
  readonly graph: GraphClient;
  readonly turns: Turns;
  readonly directoryId: string;
  readonly resourceId: string;
  readonly search: string;
  readonly baseUrl: string;
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
  readonly #request: IncomingMessage;
  readonly #graph: GraphClient;
  readonly #search: string;
  #query: ScimQuery | undefined;
  #projection: Projection | undefined;
  #ifVersions: number[] | null | undefined;
  #isJudged = false;

  constructor(parts: ExchangeParts) {
    this.directoryId = parts.directoryId;
    this.resourceId = parts.resourceId;
    this.baseUrl = parts.baseUrl;
    this.call = parts.call;
    this.turns = parts.turns;
    this.#request = parts.request;
    this.#graph = parts.graph;
    this.#search = parts.search;
  }

  get query(): ScimQuery {
    this.#query ??= readQuery(this.#search);
    return this.#query;
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

  /** True when If-None-Match names the version, so that the client has the resource already. */
  hasSeen(version: number): boolean {
    const condition = readIfMatch(this.#request.headers['if-none-match']);
    return condition?.kind === 'any' || condition?.versions.includes(version) === true;
  }

  async body(): Promise<JsonObject> {
    const length = Number(this.#request.headers['content-length'] ?? Number.POSITIVE_INFINITY);
    if (!(length <= UNJUDGED_BODY_BYTES_MAX)) await this.admit();
    return readJsonBody(this.#request);
  }

  /** The data of a query; a refusal is thrown as the ScimError that answers it. */
  async read<Data, Variables>(document: GraphDocument<Data, Variables>, variables: Variables): Promise<Data> {
    const data = this.#dataOf(await this.#graph.run(document, variables, this.call));
    this.#isJudged = true;
    return data;
  }

  /** The payload of a mutation, whose first error is thrown as the ScimError that answers it. */
  async write<Success extends Payload, Variables>(
    document: GraphDocument<{ [field: string]: Success }, Variables>,
    variables: Variables,
  ): Promise<Success> {
    const data = this.#dataOf(await this.#graph.run(document, variables, this.call));
    const [payload] = Object.values(data);
    if (payload === undefined) throw scimErrors.internal();
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

  #dataOf<Data>({ data, errors }: GraphAnswer<Data>): Data {
    const [error] = errors ?? [];
    if (error !== undefined) {
      const problem = thrownProblem(error);
      // A 400 may have been found in the variables, before anybody looked at the bearer.
      this.#isJudged ||= problem.status !== 400;
      throw problem;
    }
    if (data === undefined || data === null) throw scimErrors.internal();
    return data;
  }
}
