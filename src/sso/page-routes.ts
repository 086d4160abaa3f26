import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { PageError } from './page-error.ts';
import { isSameOrigin } from './same-origin.ts';
import type { LimitedEvent } from './sign-in-limits.ts';
import { addressOf, FORM, type SsoEdge } from './sso-edge.ts';

const FORM_MAX = '16kb';
/** A SAML response of 128 KB in base64, in lines, escaped for a form. */
const SAML_FORM_MAX = '256kb';

type Method = 'GET' | 'POST';
type Guards = readonly RequestHandler[];
type Handler<Path extends string> = (request: Request<ParametersOf<Path>>, response: Response) => void | Promise<void>;
type ParametersOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Record<Name, string> & ParametersOf<Rest>
  : Path extends `${string}:${infer Name}`
    ? Record<Name, string>
    : Record<never, string>;

/**
 * The routes of the sign-in pages, each of which stands behind its guards: whatever spelling of an address leads to the one
 * leads through the others. Addresses are exact in case, as RFC 3986 §6.2.2.1 has them.
 */
export class PageRoutes {
  readonly router = Router({ caseSensitive: true });
  readonly #edge: SsoEdge;
  readonly #methods = new Map<string, Method[]>();
  readonly #forAll: Guards;
  readonly #forForms: Guards;

  constructor(edge: SsoEdge) {
    this.#edge = edge;
    this.#forAll = [refuseEmbedding, answerHead, countPages(edge)];
    this.#forForms = [refuseForeignForms(edge), formReader(FORM_MAX)];
  }

  /** A page. Asking for its head takes no step. */
  get<Path extends string>(path: Path, handler: Handler<Path>): void {
    this.#add('GET', path, this.#forAll, handler);
  }

  /** A form that only our own pages send. */
  post<Path extends string>(path: Path, handler: Handler<Path>): void {
    this.#add('POST', path, [...this.#forAll, ...this.#forForms], handler);
  }

  /** A form that an identity provider's page sends: not even read where `limited` has happened too often. */
  postFromElsewhere<Path extends string>(path: Path, limited: LimitedEvent, handler: Handler<Path>): void {
    const hasRoom: RequestHandler = (request, _response, next) => {
      this.#edge.requireRoom(limited, addressOf(request));
      next();
    };
    this.#add('POST', path, [...this.#forAll, hasRoom, formReader(SAML_FORM_MAX)], handler);
  }

  /** What pages show and anybody may fetch. */
  asset<Path extends string>(path: Path, handler: Handler<Path>): void {
    this.#add('GET', path, [], handler);
  }

  /** Answers the methods that no route takes with those that one does (RFC 9110 §15.5.6): the last thing to be added. */
  refuseOtherMethods(): void {
    for (const [path, methods] of this.#methods) {
      const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
      this.router.all(path, ({ method }, response) => {
        response.set('Allow', allowed);
        if (method !== 'OPTIONS') throw new PageError('methodNotAllowed');
        response.status(204).end();
      });
    }
  }

  #add<Path extends string>(method: Method, path: Path, guards: Guards, handler: Handler<Path>): void {
    this.#methods.set(path, [...(this.#methods.get(path) ?? []), method]);
    const handlers = [...guards, handler as unknown as RequestHandler];
    if (method === 'GET') this.router.get(path, ...handlers);
    else this.router.post(path, ...handlers);
  }
}

/**
 * Pictures, frames and scripts of other pages could have a visitor's browser try out slugs and begin sign-ins, which counted as
 * those of everybody at the visitor's address. Browsers say what they ask for, and no page can change it.
 */
const refuseEmbedding: RequestHandler = ({ headers }, _response, next) => {
  const { 'sec-fetch-dest': destination = 'document' } = headers;
  if (destination !== 'document') throw new PageError('embedded');
  next();
};

/** Some pages take a step of a sign-in when they are opened, which is not what asks for the head of one. */
const answerHead: RequestHandler = (request, response, next) => {
  if (request.method === 'HEAD') response.type('html').end();
  else next();
};

function countPages(edge: SsoEdge): RequestHandler {
  return (request, _response, next) => {
    edge.count('page', addressOf(request));
    next();
  };
}

/** Cookies do not come with forms of other sites, and neither shall what such a form would do without any. */
function refuseForeignForms(edge: SsoEdge): RequestHandler {
  return ({ headers }, _response, next) => {
    if (!isSameOrigin(headers, edge.publicUrl)) throw new PageError('foreignForm');
    next();
  };
}

function formReader(limit: string): RequestHandler {
  return express.text({ type: FORM, limit, inflate: false });
}
