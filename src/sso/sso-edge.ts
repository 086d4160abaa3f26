import type { Request, Response } from 'express';
import type { LoginProvider } from '../domain/accounts/account.entity.ts';
import type { Accounts } from '../domain/accounts/accounts.ts';
import type { OneTimeLinks } from '../domain/accounts/one-time-links.ts';
import type { OwnSessions } from '../domain/accounts/own-sessions.ts';
import type { Sessions } from '../domain/accounts/sessions.ts';
import type { SetUp } from '../domain/accounts/set-up.ts';
import type { Clock } from '../domain/clock.ts';
import { type ConnectionAddresses, connectionAddresses } from '../domain/connections/connection-addresses.ts';
import type { ConnectionTests } from '../domain/connections/connection-tests.ts';
import type { SignInConnections } from '../domain/connections/sign-in-connections.ts';
import type { EmailDomains } from '../domain/email-domains/email-domains.ts';
import type { PublicAddress } from '../domain/public-address.ts';
import type { SignIn } from '../domain/sign-in/sign-in.ts';
import type { SignInAttempts } from '../domain/sign-in/sign-in-attempts.ts';
import type { FinishInput, SignInRefusal } from '../domain/sign-in/sign-in-outcome.ts';
import type { SignInOverview } from '../domain/sign-in/sign-in-overview.ts';
import type { Cookies } from './cookies.ts';
import type { OidcSignIn } from './oidc/oidc-sign-in.ts';
import { PageError } from './page-error.ts';
import { type Page, renderPage, type Site } from './pages/page.ts';
import { readReturnTo } from './return-to.ts';
import type { SamlSignIn } from './saml/saml-sign-in.ts';
import { setPageHeaders } from './security-headers.ts';
import { SharedWork } from './shared-work.ts';
import { type LimitedEvent, SignInLimits } from './sign-in-limits.ts';
import type { LoginProviderSettings, ProductSettings } from './sign-in-settings.ts';
import { createTheme, type Theme } from './theme.ts';

/** What the sign-in pages ask of the domain. */
export interface SsoDomain {
  signInConnections: Pick<SignInConnections, 'find' | 'open' | 'findOrganization' | 'organizationOf'>;
  connectionTests: Pick<ConnectionTests, 'read'>;
  signInAttempts: Pick<SignInAttempts, 'start' | 'find' | 'findStarted' | 'verified' | 'findPending'>;
  signIn: Pick<SignIn, 'refuse' | 'finish' | 'askForOwnAccount' | 'useAssertion'>;
  emailDomains: Pick<EmailDomains, 'findOrganization'>;
  accounts: Pick<Accounts, 'find' | 'memberships' | 'listLogins'>;
  sessions: Pick<Sessions, 'find' | 'switchOrganization' | 'signOut'>;
  ownSessions: Pick<OwnSessions, 'list'>;
  oneTimeLinks: Pick<OneTimeLinks, 'peek' | 'use'>;
  setUp: Pick<SetUp, 'complete'>;
  signInOverview: Pick<SignInOverview, 'holdsAnything' | 'recentChanges'>;
}

export interface SsoOptions {
  readonly domain: SsoDomain;
  readonly oidc: Pick<OidcSignIn, 'authorizationUrl' | 'verify'>;
  readonly saml: Pick<SamlSignIn, 'loginUrl' | 'verify' | 'isUnsolicited'>;
  readonly cookies: Cookies;
  readonly address: PublicAddress;
  readonly config: {
    readonly product: ProductSettings;
    readonly loginProviders: Partial<Record<LoginProvider, LoginProviderSettings>>;
    /** Whether the address is one of this machine, where the product and identity providers may be too. */
    readonly isLocal: boolean;
  };
  readonly log: (level: 'warn' | 'error', event: string, facts: object) => void;
  readonly clock?: Clock;
}

export const FORM = 'application/x-www-form-urlencoded';

/** What all routes of the sign-in pages share: the domain, the protocols, how pages look and are sent, and the limits. */
export class SsoEdge {
  readonly domain: SsoDomain;
  readonly oidc: SsoOptions['oidc'];
  readonly saml: SsoOptions['saml'];
  readonly log: SsoOptions['log'];
  readonly clock: Clock;
  readonly theme: Theme;
  readonly cookies: Cookies;
  /** Answers of identity providers that are being verified, by the id of the attempt; undefined: it was. */
  readonly answers = new SharedWork<SignInRefusal | undefined>();
  readonly #address: PublicAddress;
  readonly #config: SsoOptions['config'];
  readonly #limits: SignInLimits;

  constructor({ domain, oidc, saml, cookies, address, config, log, clock = () => new Date() }: SsoOptions) {
    this.domain = domain;
    this.oidc = oidc;
    this.saml = saml;
    this.log = log;
    this.clock = clock;
    this.theme = createTheme(config.product);
    this.cookies = cookies;
    this.#address = address;
    this.#config = config;
    this.#limits = new SignInLimits(clock);
  }

  get publicUrl(): string {
    return this.#address.publicUrl;
  }

  get productUrl(): string | null {
    return this.#config.product.url;
  }

  get loginProviders(): SsoOptions['config']['loginProviders'] {
    return this.#config.loginProviders;
  }

  get site(): Site {
    const base = new URL(this.publicUrl).pathname.replace(/\/$/, '');
    return { productName: this.theme.productName, hasLogo: this.theme.logo !== null, base };
  }

  /** One of our own addresses, absolute. */
  url(path: string): string {
    return `${this.publicUrl}${path}`;
  }

  /** What the identity provider of a connection has to know of us; the entity id is where the metadata stands. */
  addressesOf(connectionId: string): ConnectionAddresses {
    return connectionAddresses(this.publicUrl, connectionId);
  }

  send(response: Response, { status = 200, ...page }: Page & { status?: number }): void {
    const { styleHash, styleSheet } = this.theme;
    setPageHeaders(response, { styleHash, isLocal: this.#config.isLocal });
    response
      .status(status)
      .type('html')
      .send(renderPage(this.site, styleSheet, page));
  }

  /** A page that changes something is left by a redirect, so that going back or loading it again repeats nothing. */
  redirect(response: Response, address: string): void {
    response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'same-origin' }).redirect(303, address);
  }

  /** Where to go on, as a request asks for it, or null. */
  returnTo(asked: unknown): string | null {
    return readReturnTo(asked, this.#config.product.origins);
  }

  /** Who comes: the browser, and the session that is in it already. */
  visitOf(request: Request): FinishInput {
    return {
      browser: this.cookies.browserOf(request.headers),
      sessionCookie: this.cookies.sessionOf(request.headers),
      userAgent: request.headers['user-agent'] ?? null,
      address: addressOf(request),
    };
  }

  /** Counts it. Throws the page of too many. */
  count(event: LimitedEvent, who: string): void {
    refuse(this.#limits.take(event, who));
  }

  /** Throws the page of too many when one more would be. */
  requireRoom(event: LimitedEvent, who: string): void {
    refuse(this.#limits.wait(event, who));
  }
}

function refuse(seconds: number): void {
  if (seconds > 0) throw new PageError('rateLimited', { retryAfterSeconds: seconds });
}

export function addressOf(request: Request): string {
  return request.ip ?? '';
}

/** The path and the query that were asked for, at a host that means nothing. Throws the page of what cannot be read. */
export function targetOf(request: Request): URL {
  const target = URL.parse(request.originalUrl, 'http://localhost');
  if (target === null) throw new PageError('requestUnreadable');
  return target;
}

/** The query of the address; the first of what stands there twice. */
export function searchParamsOf(request: Request): URLSearchParams {
  return targetOf(request).searchParams;
}

/** The fields of a form. Throws the page of what cannot be read. */
export function formOf(request: Request<unknown, unknown, unknown>): URLSearchParams {
  if (typeof request.body !== 'string') throw new PageError('requestUnreadable');
  return new URLSearchParams(request.body);
}
