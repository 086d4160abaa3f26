import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Domain } from '../domain/domain.ts';
import type { PublicAddress } from '../domain/public-address.ts';
import { createContext, type GraphContext } from './context.ts';
import { requireAffordable } from './cost.ts';
import { presentErrors } from './errors.ts';
import { introspectionForSignedIn } from './introspection.ts';
import { limitRules, TOKENS_MAX } from './limits.ts';
import type { GraphLog } from './log.ts';

export interface GraphServerParts {
  schema: GraphQLSchema;
  log: GraphLog;
  /** Whether everybody may read the schema from the service, or only who is signed in. */
  isSchemaPublic: boolean;
}

/** Apollo Server over the schema, not started yet: whoever mounts it starts and stops it. */
export function createGraphServer({ schema, log, isSchemaPublic }: GraphServerParts): ApolloServer<GraphContext> {
  return new ApolloServer<GraphContext>({
    schema,
    introspection: true,
    csrfPrevention: true,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: TOKENS_MAX },
    validationRules: [...limitRules],
    plugins: [
      costLimit,
      errorsPresentedBy(log),
      // Behind the errors as they are presented, which it shortens.
      ...(isSchemaPublic ? [] : [introspectionForSignedIn]),
      // It would wrap every resolver of the schema, also for callers in this process.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message: unknown) => log.error({}, String(message)),
      error: (message: unknown) => log.error({}, String(message)),
    },
  });
}

/** The cookie of a session in headers, where the page that asks may send one. */
export type SessionCookieReader = (headers: IncomingHttpHeaders) => string | undefined;

/** The context of a request over HTTP. A SCIM facade in a process of its own names the SCIM request by headers. */
export function readGraphContext(
  domain: Domain,
  headers: IncomingHttpHeaders,
  address: PublicAddress,
  sessionCookie: SessionCookieReader = () => undefined,
): GraphContext {
  const requestId = one(headers['x-request-id']);
  const scimMethod = one(headers['x-rollcall-scim-method']);
  const call = {
    authorization: headers.authorization,
    cookie: sessionCookie(headers),
    requestId: requestId && REQUEST_ID.test(requestId) ? requestId : randomUUID(),
    method: scimMethod ?? 'POST',
    path: one(headers['x-rollcall-scim-path']) ?? '/graphql',
  };
  const accepts = scimMethod === undefined ? 'any' : 'scimTokens';
  return createContext(domain, call, { accepts, address });
}

const REQUEST_ID = /^[\w.:-]{1,128}$/;

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined;
}

/** Apollo remembers validated documents, so what depends on variables is looked at with every request. */
const costLimit: ApolloServerPlugin<GraphContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, document, operation, request }) {
        if (operation) requireAffordable({ schema, document, operation, variables: request.variables ?? {} });
      },
    };
  },
};

function errorsPresentedBy(log: GraphLog): ApolloServerPlugin<GraphContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body }, errors, contextValue }) {
          if (!errors || body.kind !== 'single') return;
          body.singleResult.errors = presentErrors(errors, contextValue.call.requestId, log);
        },
      };
    },
  };
}
