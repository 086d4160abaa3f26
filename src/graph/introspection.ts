import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, GraphQLError, visit } from 'graphql';
import { DomainError } from '../domain/domain-error.ts';
import type { GraphContext } from './context.ts';

const REFUSED = 'The schema is shown to signed-in callers: sign in, send an API key, or read schema.graphql.';
const SUGGESTION = / Did you mean .*$/s;

/**
 * Shows the schema to callers with an API key and to who is signed in. It goes by the names of fields, which no alias, fragment or operation
 * can take, and leaves out of mistakes the suggestions from which a stranger could guess the schema name by name.
 */
export const introspectionForSignedIn: ApolloServerPlugin<GraphContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ document, contextValue }) {
        if (!asksForSchema(document) || (await isSignedIn(contextValue))) return;
        throw new GraphQLError(REFUSED, { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } });
      },
      async willSendResponse({ response: { body }, contextValue }) {
        if (body.kind !== 'single') return;
        const errors = body.singleResult.errors ?? [];
        if (!errors.some(({ message }) => SUGGESTION.test(message)) || (await isSignedIn(contextValue))) return;
        body.singleResult.errors = errors.map((error) => ({
          ...error,
          message: error.message.replace(SUGGESTION, ''),
        }));
      },
    };
  },
};

/** Apollo keeps the documents that it has parsed, so each is looked through once. */
const known = new WeakMap<DocumentNode, boolean>();

function asksForSchema(document: DocumentNode): boolean {
  let asks = known.get(document);
  if (asks !== undefined) return asks;
  asks = false;
  visit(document, {
    Field({ name }) {
      asks ||= name.value === '__schema' || name.value === '__type';
    },
  });
  known.set(document, asks);
  return asks;
}

async function isSignedIn({ actor }: GraphContext): Promise<boolean> {
  try {
    return ['apiKey', 'user'].includes((await actor()).kind);
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}
