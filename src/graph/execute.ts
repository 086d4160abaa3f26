import { type DocumentNode, execute, type GraphQLFormattedError, type GraphQLSchema, parse, validate } from 'graphql';
import type { Domain } from '../domain/domain.ts';
import { type ContextSettings, createContext, type GraphCall } from './context.ts';
import { presentErrors } from './errors.ts';
import type { GraphLog } from './log.ts';

/** A static document; its types are the caller's. */
export interface GraphText {
  readonly text: string;
}

/** What a document was answered: the same as over HTTP. */
export interface GraphResult<Data> {
  data?: Data | null;
  errors?: readonly GraphQLFormattedError[];
}

/** Runs documents in this process: no HTTP, no Apollo, each document parsed and validated once. */
export class InProcessClient {
  readonly #schema: GraphQLSchema;
  readonly #domain: Domain;
  readonly #log: GraphLog;
  readonly #settings: ContextSettings;
  readonly #documents = new Map<string, DocumentNode>();

  constructor(schema: GraphQLSchema, domain: Domain, log: GraphLog, settings: ContextSettings) {
    this.#schema = schema;
    this.#domain = domain;
    this.#log = log;
    this.#settings = settings;
  }

  /** Parses and validates static documents at the start. Throws when one does not fit the schema. */
  prepare(documents: readonly GraphText[]): void {
    for (const { text } of documents) this.#prepared(text);
  }

  /** Executes a document for one call. Never rejects for what the document or its resolvers do. */
  async run<Data, Variables>(
    document: GraphText & { readonly types?: (variables: Variables) => Data },
    variables: Variables,
    call: GraphCall,
  ): Promise<GraphResult<Data>> {
    const { data, errors } = await execute({
      schema: this.#schema,
      document: this.#prepared(document.text),
      contextValue: createContext(this.#domain, call, this.#settings),
      variableValues: variables as Record<string, unknown>,
    });
    const answer = { data: data as Data | null };
    return errors ? { ...answer, errors: presentErrors(errors, call.requestId, this.#log) } : answer;
  }

  #prepared(text: string): DocumentNode {
    const known = this.#documents.get(text);
    if (known) return known;
    const document = parse(text, { noLocation: true });
    const problems = validate(this.#schema, document);
    if (problems.length > 0) {
      throw new Error(`A document does not fit the schema: ${problems.map((problem) => problem.message).join(' ')}`);
    }
    this.#documents.set(text, document);
    return document;
  }
}
