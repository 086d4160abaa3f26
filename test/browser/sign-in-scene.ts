// What the browser tests of sign-in share: the service as a product shows it, real identity providers, and a real browser.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { aPerson as aBrowserOf, openChromium } from '../harness/browser.ts';
import { startOidcProvider, type TestOidcProvider } from '../harness/oidc-provider.ts';
import { type SamlIdentityProvider, startSamlIdentityProvider } from '../harness/saml-identity-provider.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import type { Company } from '../sso/sign-in-stage.ts';

// Each page is looked at in four ways.
vi.setConfig({ testTimeout: 90_000 });

export interface Scene {
  service: TestService;
  /** Where people reach the service: another site than the identity providers, as in life, so that cookies behave. */
  home: string;
  /** The product's own page, where a sign-in ends. */
  productUrl: string;
  entra: TestOidcProvider;
  google: TestOidcProvider;
  saml: SamlIdentityProvider;
  chromium: Browser;
  /** Proves a domain of e-mail addresses for the company. */
  proveDomain(company: Pick<Company, 'organization'>, domain: string): Promise<void>;
  /** Moves the clock of the rules; back by a negative number. */
  wait(milliseconds: number): void;
  /** A new browser, with an empty tab. */
  open(settings?: { isScriptOff?: boolean }): Promise<Page>;
  close(): Promise<void>;
}

export async function startScene(): Promise<Scene> {
  const [entra, google, saml, chromium, product] = await Promise.all([
    startOidcProvider(),
    startOidcProvider({ clientId: 'google' }),
    startSamlIdentityProvider(),
    openChromium(),
    startProduct(),
  ]);
  const proofs = new Map<string, string[][]>();
  let offset = 0;
  const service = await startTestService(
    {
      NODE_ENV: '',
      PUBLIC_URL: 'http://localhost:0',
      PRODUCT_NAME: 'Bright Screens',
      PRODUCT_URL: product.url,
      PRODUCT_LOGO: 'test/browser/logo.svg',
      PRODUCT_COLOR: '#0a7d5a',
      GOOGLE_CLIENT_ID: google.clientId,
      GOOGLE_CLIENT_SECRET: google.clientSecret,
      GOOGLE_ISSUER: google.issuer,
    },
    { resolveTxt: async (name) => proofs.get(name) ?? [], clock: () => new Date(Date.now() + offset) },
  );
  const contexts: BrowserContext[] = [];
  return {
    service,
    home: service.url.replace('127.0.0.1', 'localhost'),
    productUrl: product.url,
    entra,
    google,
    saml,
    chromium,
    async proveDomain({ organization: { operator } }, domain) {
      const added = await service.domain.emailDomains.add(operator, domain);
      proofs.set(added.recordName, [[added.recordValue]]);
      await service.domain.emailDomains.verify(operator, added.id);
    },
    wait(milliseconds) {
      offset += milliseconds;
    },
    async open(settings) {
      const context = await aBrowserOf(chromium, settings);
      contexts.push(context);
      return context.newPage();
    },
    async close() {
      await Promise.all(contexts.map((context) => context.close()));
      await chromium.close();
      await service.close();
      await Promise.all([entra.close(), google.close(), saml.close(), product.close()]);
    },
  };
}

async function startProduct(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end('<!doctype html><html lang="en"><title>Bright Screens</title><h1>Your screens</h1></html>');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** From the start page to the identity provider, as somebody does who comes for the first time. */
export async function walkBySlug(page: Page, { home }: Scene, slug: string): Promise<void> {
  await page.goto(`${home}/sign-in`);
  await page.getByRole('link', { name: 'Continue with SSO' }).click();
  await page.getByLabel('Company slug').fill(slug);
  await page.getByRole('button', { name: 'Verify Organization' }).click();
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Straight from the page of the slug. */
export async function logInAt(page: Page, { home }: Scene, slug: string): Promise<void> {
  await page.goto(`${home}/sso/${slug}?choose`);
  await page.getByRole('button', { name: 'Log in' }).click();
}

export async function expectHeading(page: Page, heading: string | RegExp): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
}

/** Lets somebody see something of the product. */
export async function permit(
  scene: Scene,
  { organization }: Pick<Company, 'organization'>,
  userName: string,
): Promise<void> {
  const { domain } = scene.service;
  const { operator } = organization;
  const { items } = await domain.users.list(operator, { first: 100 });
  const user = items.find((each) => each.userName === userName);
  const sets = await domain.permissionSets.list(operator, { first: 100 });
  const reader = sets.items.find((set) => set.builtIn === 'reader');
  if (!user || !reader) throw new Error(`${userName} or the set of readers is not there.`);
  await domain.grants.grant(operator, { permissionSetId: reader.id, userId: user.id });
}
