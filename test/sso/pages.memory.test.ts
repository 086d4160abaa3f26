import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecret } from '../../src/domain/actors/credential.ts';
import { DomainError } from '../../src/domain/domain-error.ts';
import { signInRefusalReasons } from '../../src/domain/sign-in-log/sign-in-refusal.ts';
import { SignInFailure } from '../../src/sso/sign-in-failure.ts';
import {
  aConnection,
  anAttempt,
  anIdentity,
  anOrganization,
  aRefusal,
  CONNECTION_ID,
  ORGANIZATION_ID,
  type PagesStage,
  rememberedSlugs,
  STATE,
  startPages,
} from './pages-stage.ts';

let stage: PagesStage;
beforeEach(async () => {
  stage = await startPages();
});
afterEach(() => stage.close());

const SECOND_ID = '01900000-0000-7000-8000-000000000003';

describe('every page', () => {
  it.each(['/sign-in', '/sso', '/sso/acme', '/sso/unknown', '/sign-in/link/unknown'])(
    '%s runs no script, fetches nothing, is not kept, and weighs less than 15 KB',
    async (path) => {
      const { headers, text } = await stage.browser().open(path);
      const policy = headers.get('content-security-policy') ?? '';
      const [, css = ''] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? [];
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(css).digest('base64')}'`);
      expect(policy).toContain("base-uri 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/script-src|unsafe/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(text).not.toMatch(/<script|javascript:| on[a-z]+=|style="/i);
      expect(text).toContain('<html lang="en">');
      expect(text.match(/<h1/g)).toHaveLength(1);
      expect(Buffer.byteLength(text)).toBeLessThan(15_000);
    },
  );

  it('is a page of ours also where there is none, without naming what runs it', async () => {
    const shown = await stage.browser().open('/sso/acme/more');
    expect(shown.status).toBe(404);
    expect(shown.words).toContain('This page does not exist');
    expect(shown.headers.get('x-powered-by')).toBeNull();
  });

  it('answers a mistake of ours with a number that the log knows, and nothing of the mistake', async () => {
    stage.domain.signInConnections.findOrganization = async () => {
      throw new Error('select secret from somewhere');
    };
    const shown = await stage.browser().open('/sso/acme');
    expect(shown.status).toBe(500);
    expect(shown.text).not.toContain('secret');
    expect(shown.text).toContain(shown.headers.get('x-request-id'));
    expect(stage.logged).toHaveLength(1);
  });

  it('says that it cannot answer while the database is away', async () => {
    stage.domain.signInConnections.findOrganization = async () => {
      throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    };
    const shown = await stage.browser().open('/sso/acme');
    expect(shown.status).toBe(503);
    expect(shown.headers.get('retry-after')).toBe('30');
  });
});

describe('the slug', () => {
  it('leads to the name of the organization, escaped, and Log in', async () => {
    const shown = await stage.browser().submit('/sso', { slug: ' ACME ' });
    expect(shown.status).toBe(200);
    expect(shown.url.pathname).toBe('/sso/acme');
    expect(shown.text).toContain('<h1>Acme &lt;Screens&gt;</h1>');
    expect(shown.text).toContain('Log in</button>');
  });

  it('is found by a work e-mail address of a proved domain', async () => {
    stage.domain.emailDomains.findOrganization = async (email) =>
      email.endsWith('@acme.example') ? ORGANIZATION_ID : undefined;
    expect((await stage.browser().submit('/sso', { slug: 'ada@acme.example' })).url.pathname).toBe('/sso/acme');
    expect((await stage.browser().submit('/sso', { slug: 'ada@other.example' })).words).toContain(
      'No organization signs in by the address “ada@other.example”',
    );
  });

  it('answers the same page for an unknown slug, one without an enabled connection, and a suspended organization', async () => {
    stage.domain.signInConnections.findOrganization = async (slug) => {
      if (slug === 'acme-none') return anOrganization({ slug, connections: [] });
      if (slug === 'acme-susp') return anOrganization({ slug, status: 'suspended' });
      if (slug === 'acme-clos') return anOrganization({ slug, status: 'closing' });
      return undefined;
    };
    const slugs = ['acme-nope', 'acme-none', 'acme-susp', 'acme-clos'];
    const answers = await Promise.all(
      slugs.map(async (slug) => {
        const { status, text, headers } = await stage.browser().open(`/sso/${slug}`);
        return { status, text: text.replaceAll(slug, 'X'), policy: headers.get('content-security-policy') };
      }),
    );
    expect(answers[0]).toMatchObject({ status: 200, text: expect.stringContaining('We found no organization') });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const pressed = await stage.browser().submit('/sso/acme-susp');
    expect(pressed.text.replaceAll('acme-susp', 'X')).toBe(answers[0]?.text);
    expect(stage.started).toEqual([]);
  });

  it('does not tell the name of an organization, nor of its connections, that keeps it to itself', async () => {
    const connections = [aConnection({ name: 'Acme Entra' }), aConnection({ id: SECOND_ID, name: 'Acme Okta' })];
    stage.domain.signInConnections.findOrganization = async () => anOrganization({ disclosesName: false, connections });
    const { text } = await stage.browser().open('/sso/acme');
    expect(text).toContain('<h1>acme</h1>');
    expect(text).not.toMatch(/Acme|Entra|Okta/);
  });

  it('comes back with what was typed, escaped, and the error at the field', async () => {
    const { status, text } = await stage.browser().submit('/sso', { slug: '"><script>alert(1)</script>' });
    expect(status).toBe(200);
    expect(text).not.toContain('<script>');
    expect(text).toMatch(/aria-describedby="slug-error slug-hint" aria-invalid="true"/);
    expect(text).toContain('id="slug-error"');
  });

  it('is tried out twenty times at once and then no more, but by who signed in there before', async () => {
    const browser = stage.browser();
    for (let count = 0; count < 20; count += 1) expect((await browser.open(`/sso/wrong-${count}`)).status).toBe(200);
    const refused = await browser.open('/sso/acme');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.words).toContain('Too many tries');
    browser.setCookie('rollcall_organization', rememberedSlugs.sign('acme'));
    expect((await browser.open('/sso/acme?choose')).status).toBe(200);
  });

  it('is tried out no more often by whoever writes each guess into the cookie', async () => {
    for (let count = 0; count < 30; count += 1) {
      const browser = stage.browser();
      browser.setCookie('rollcall_organization', `wrong-${count}`);
      expect((await browser.open(`/sso/wrong-${count}`)).status).toBe(count < 20 ? 200 : 429);
    }
    const browser = stage.browser();
    browser.setCookie('rollcall_organization', 'acme');
    expect((await browser.open('/sso/acme?choose')).status).toBe(429);
    expect((await browser.open('/sign-in')).words).not.toContain('Acme');
  });

  it('is tried out no more often by many guesses at once, of which the right one is found last', async () => {
    const guesses = [...Array.from({ length: 30 }, (_, count) => `wrong-${count}`), 'acme'];
    const sought: string[] = [];
    const missed = Promise.withResolvers<void>();
    stage.domain.signInConnections.findOrganization = async (slug) => {
      sought.push(slug);
      await vi.waitFor(() => expect(sought).toHaveLength(guesses.length), { interval: 5 });
      if (slug !== 'acme') return undefined;
      await missed.promise;
      return anOrganization();
    };
    const [right, ...wrong] = guesses.reverse().map((slug) => stage.browser().open(`/sso/${slug}`));
    await Promise.all(wrong);
    missed.resolve();
    expect((await right)?.status).toBe(429);
  });

  it('is held up neither by e-mail addresses nor by links that lead nowhere, and holds up neither', async () => {
    stage.domain.emailDomains.findOrganization = async (email) =>
      email.endsWith('@acme.example') ? ORGANIZATION_ID : undefined;
    const browser = stage.browser();
    for (let count = 0; count < 25; count += 1) {
      expect((await browser.open('/sign-in/link/x')).status).toBe(404);
      expect((await browser.open(`/connections/${CONNECTION_ID}/test/x`)).status).toBe(404);
      await browser.submit('/sso', { slug: `ada@other-${count}.example` });
    }
    expect((await browser.submit('/sso', { slug: 'ada@acme.example' })).status).toBe(429);
    expect((await browser.open('/sso/acme')).status).toBe(200);
    for (let count = 0; count < 25; count += 1) await browser.open(`/sso/wrong-${count}`);
    expect((await browser.open('/sso/acme')).status).toBe(429);
    expect((await browser.open('/sign-in/link/x')).status).toBe(404);
    stage.clock.advance(60_000);
    expect((await browser.submit('/sso', { slug: 'ada@acme.example' })).status).toBe(200);
  });

  it('is not told by an e-mail address where the slug itself would lead nowhere', async () => {
    stage.domain.emailDomains.findOrganization = async () => ORGANIZATION_ID;
    for (const facts of [{ connections: [] }, { status: 'suspended' as const }, { status: 'closing' as const }]) {
      stage.domain.signInConnections.organizationOf = async () => anOrganization(facts);
      const response = await stage.browser().step('POST', '/sso', 'slug=ada%40acme.example');
      expect([facts, response.status, response.headers.get('location')]).toEqual([facts, 200, null]);
    }
  });
});

describe('Log in', () => {
  it('begins an attempt that belongs to the browser and goes to the identity provider', async () => {
    const browser = stage.browser();
    const response = await browser.step('POST', `/sso/acme`, 'returnTo=https%3A%2F%2Fapp.example.com%2Fscreens');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe(`https://idp.example/authorize?state=${STATE}`);
    expect(stage.started).toMatchObject([
      { purpose: 'signIn', browser: browser.cookie('rollcall_browser'), returnTo: 'https://app.example.com/screens' },
    ]);
    const [cookie = ''] = response.headers.getSetCookie();
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/);
  });

  it('keeps no address to go on to that is neither ours nor the product’s', async () => {
    await stage.browser().step('POST', '/sso/acme', 'returnTo=https%3A%2F%2Fevil.example');
    await stage.browser().step('GET', '/sso/acme?returnTo=//evil.example');
    expect(stage.started).toMatchObject([{ returnTo: null }]);
    expect((await stage.browser().open('/sign-in?returnTo=https://evil.example')).text).not.toContain('evil');
  });

  it('goes straight on where the browser signed in before, unless another organization is asked for', async () => {
    const browser = stage.browser();
    browser.setCookie('rollcall_organization', rememberedSlugs.sign('acme'));
    expect((await browser.step('GET', '/sso/acme')).status).toBe(303);
    expect((await browser.step('GET', '/sso/acme?choose')).status).toBe(200);
    expect((await browser.open('/sign-in')).words).toContain('Continue to Acme');
    browser.setCookie('rollcall_organization', rememberedSlugs.sign('other'));
    expect((await browser.step('GET', '/sso/acme')).status).toBe(200);
  });

  it('asks which connection where there are several, and takes only one of them', async () => {
    const connections = [aConnection(), aConnection({ id: SECOND_ID, name: 'Okta', protocol: 'saml' })];
    stage.domain.signInConnections.findOrganization = async () => anOrganization({ connections });
    const { words } = await stage.browser().open('/sso/acme');
    expect(words).toContain('Log in with Entra');
    expect(words).toContain('Log in with Okta');
    const foreign = await stage.browser().step('POST', '/sso/acme', 'connection=01900000-0000-7000-8000-0000000000ff');
    expect(foreign.status).toBe(200);
    const chosen = await stage.browser().step('POST', '/sso/acme', `connection=${SECOND_ID}`);
    expect(chosen.headers.get('location')).toContain('https://idp.example/saml');
    expect(stage.started).toMatchObject([{ connection: { id: SECOND_ID } }]);
  });

  it('tells what the identity provider lacks before anybody is sent there', async () => {
    stage.oidc.authorizationUrl = async () => {
      throw new SignInFailure('identityProviderError', { error: 'unreachable' });
    };
    const shown = await stage.browser().submit('/sso/acme');
    expect(shown.status).toBe(403);
    expect(stage.refused).toMatchObject([{ state: STATE, reason: 'identityProviderError' }]);
  });

  it('offers Google and Microsoft only where the operator configured them', async () => {
    expect((await stage.browser().open('/sign-in')).words).not.toMatch(/Google|Microsoft/);
    expect((await stage.browser().open('/sign-in/google')).status).toBe(404);
    expect((await stage.browser().open('/sign-in/evil')).status).toBe(404);
    await stage.close();
    const google = { clientId: 'id', clientSecret: 'secret', issuer: 'https://accounts.google.com' };
    stage = await startPages({ loginProviders: { google } });
    expect((await stage.browser().open('/sign-in')).words).toContain('Continue with Google');
    const begun = await stage.browser().step('GET', '/sign-in/google');
    expect(begun.headers.get('location')).toContain('https://accounts.google.com/authorize');
  });
});

describe('a form of another site', () => {
  const forms = ['/sso', '/sso/acme', '/sign-in/finish', '/sign-in/link/x', '/session/switch', '/session/leave'];

  it.each(forms)('is refused at %s', async (path) => {
    const { url } = stage;
    const cookie = `rollcall_session=${createSecret('session')}`;
    const send = (headers: Record<string, string>) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: 'slug=acme',
      });
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', origin: url },
      { 'sec-fetch-site': 'same-site' },
      {},
    ] as Record<string, string>[]) {
      const response = await send(headers);
      expect([path, headers, response.status]).toEqual([path, headers, 403]);
      expect(await response.text()).toContain('That came from another page');
    }
    expect(stage.started).toEqual([]);
    expect((await send({ origin: url })).status).not.toBe(403);
    expect((await send({ 'sec-fetch-site': 'same-origin', origin: 'null' })).status).not.toBe(403);
  });

  it('is what the answer of a SAML identity provider is, at its address alone', async () => {
    stage.domain.signInConnections.find = async () => aConnection({ protocol: 'saml' });
    const send = (path: string) =>
      fetch(`${stage.url}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          origin: 'https://idp.example',
          'sec-fetch-site': 'cross-site',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: `SAMLResponse=${'A'.repeat(170_000)}&RelayState=${STATE}`,
      });
    const response = await send(`/connections/${CONNECTION_ID}/saml/acs`);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe(`${stage.url}/sign-in/finish?state=${STATE}`);
    expect((await send('/sso/x/saml/acs')).status).toBe(404);
  });
});

describe('the answer of an identity provider', () => {
  const callback = `/connections/${CONNECTION_ID}/oidc/callback?code=c&state=${STATE}`;

  it('goes on to the last step once it is verified', async () => {
    const asked: unknown[] = [];
    const { verify } = stage.oidc;
    stage.oidc.verify = async (party, answer) => {
      asked.push(answer);
      return verify(party, answer);
    };
    const response = await stage.browser().step('GET', callback);
    expect(response.headers.get('location')).toBe(`${stage.url}/sign-in/finish?state=${STATE}`);
    expect(asked).toMatchObject([
      {
        redirectUri: `${stage.url}/connections/${CONNECTION_ID}/oidc/callback`,
        callbackUrl: new URL(`${stage.url}${callback}`),
        nonce: 'nonce',
        codeVerifier: 'verifier',
      },
    ]);
  });

  it('is verified under the address that we gave out, whatever the request calls us', async () => {
    const seen: URL[] = [];
    stage.oidc.verify = async (_party, { callbackUrl }) => {
      seen.push(callbackUrl);
      throw new SignInFailure('responseInvalid');
    };
    // fetch does not let one say another host.
    await new Promise<void>((resolve, reject) => {
      const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
      get(`${stage.url}${callback}`, { headers }, (response) => response.resume().once('end', resolve)).once(
        'error',
        reject,
      );
    });
    expect(seen.map(({ origin }) => origin)).toEqual([stage.url]);
  });

  it('is refused without an attempt, and at the address of another connection (mix-up)', async () => {
    const expired = await stage.browser().open(callback.replace(STATE, 'x'.repeat(43)));
    expect(expired.status).toBe(400);
    expect(expired.words).toContain('This sign-in is over');
    stage.domain.signInAttempts.findStarted = async () => anAttempt({ connectionId: SECOND_ID });
    const mixedUp = await stage.browser().open(callback);
    expect(mixedUp.status).toBe(400);
    expect(stage.refused).toMatchObject([
      { reason: 'attemptExpired' },
      { reason: 'responseInvalid', state: STATE, detail: { mixUp: true } },
    ]);
  });

  it('is refused the second time', async () => {
    stage.domain.signInAttempts.verified = async () => 'over';
    const shown = await stage.browser().open(callback);
    expect([shown.status, shown.url.pathname]).toEqual([400, new URL(callback, stage.url).pathname]);
    expect(stage.refused).toMatchObject([{ reason: 'attemptExpired', state: STATE }]);
  });

  it('is verified once where it comes twice at the same time, and both go on', async () => {
    const verifying = Promise.withResolvers<void>();
    let verified = 0;
    stage.oidc.verify = async () => {
      verified += 1;
      await verifying.promise;
      return anIdentity();
    };
    let looked = 0;
    stage.domain.signInAttempts.findStarted = async () => {
      looked += 1;
      return anAttempt();
    };
    const both = [1, 2].map(() => stage.browser().step('GET', callback));
    await vi.waitFor(() => expect([looked, verified]).toEqual([2, 1]));
    verifying.resolve();
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([303, 303]);
    expect([verified, stage.refused]).toEqual([1, []]);
  });

  it.each([
    ['attemptExpired', { error: 'invalid_grant' }, true],
    ['responseInvalid', { problem: 'assertionReplayed' }, true],
    ['responseInvalid', { problem: 'signature' }, false],
    ['wrongTenant', {}, false],
  ] as const)(
    'that is refused as %s %o ends the attempt unless it may be a copy: %s',
    async (reason, detail, isCopy) => {
      stage.oidc.verify = async () => {
        throw new SignInFailure(reason, detail);
      };
      await stage.browser().open(callback);
      expect(stage.refused).toMatchObject([{ state: STATE, isCopy }]);
    },
  );

  it('is refused where the connection is unknown, or speaks another protocol', async () => {
    expect((await stage.browser().open(callback.replace(CONNECTION_ID, SECOND_ID))).status).toBe(404);
    expect((await stage.browser().open(callback.replace(CONNECTION_ID, 'x'))).status).toBe(404);
    stage.domain.signInConnections.find = async () => aConnection({ protocol: 'saml' });
    expect((await stage.browser().open(callback)).status).toBe(404);
  });

  it('is refused with its reason, and too many are refused at once', async () => {
    stage.oidc.verify = async () => {
      throw new SignInFailure('wrongTenant', { tid: 'other' });
    };
    const browser = stage.browser();
    expect((await browser.open(callback)).words).toContain('That is the account of another company');
    for (let count = 0; count < 299; count += 1) await browser.step('GET', callback);
    expect((await browser.open(callback)).status).toBe(429);
    stage.clock.advance(60_000);
    expect((await browser.open(callback)).status).toBe(403);
  });

  it('is told in full to who tests a connection, and to nobody else', async () => {
    stage.oidc.verify = async () => {
      throw new SignInFailure('responseInvalid', { problem: 'audience', explanation: 'The <audience> is another.' });
    };
    expect((await stage.browser().open(callback)).text).not.toContain('audience');
    stage.domain.signInAttempts.findStarted = async () => anAttempt({ purpose: 'test' });
    expect((await stage.browser().open(callback)).text).toContain('The &lt;audience&gt; is another.');
  });

  it.each([
    ['of OpenID Connect that does not say when', 'oidc', null, 'auth_time'],
    ['of SAML that does not say when', 'saml', null, 'AuthnInstant'],
    ['that says it was before', 'oidc', 1_700_000_000, 'prompt=login'],
  ] as const)('to a fresh sign-in %s has a page of its own', async (_what, protocol, authTime, remedy) => {
    stage.domain.signInAttempts.findStarted = async () => anAttempt({ asksAnew: true, returnTo: '/?there' });
    stage.domain.signInAttempts.verified = async () => 'notProvedAnew';
    stage.domain.signInConnections.find = async () => aConnection({ protocol });
    stage.oidc.verify = async () => ({ ...anIdentity(), authTime });
    const browser = stage.browser();
    const acs = `/connections/${CONNECTION_ID}/saml/acs`;
    const shown = await (protocol === 'saml' ? browser.submit(acs, { RelayState: STATE }) : browser.open(callback));
    expect([shown.status, shown.words]).toEqual([403, expect.stringContaining('You were not asked to sign in again')]);
    expect(shown.words).toContain(remedy);
    expect(shown.text).toContain('href="/sign-in/again?returnTo=%2F%3Fthere"');
    expect(shown.text).toContain('href="/?there">Go back without it');
    const isUnsaid = authTime === null;
    expect(stage.refused.at(-1)).toMatchObject({ reason: 'notProvedAnew', detail: { isUnsaid } });
  });

  it('that nobody asked for says where to begin', async () => {
    stage.domain.signInConnections.find = async () => aConnection({ protocol: 'saml' });
    stage.saml.isUnsolicited = () => true;
    const shown = await stage.browser().submit(`/connections/${CONNECTION_ID}/saml/acs`, { SAMLResponse: 'x' });
    expect(shown.status).toBe(400);
    expect(shown.words).toContain('Please begin here');
    expect(shown.text).toContain('href="/sso/acme?choose="');
  });
});

describe('the last step', () => {
  const signedIn = {
    kind: 'signedIn' as const,
    cookie: createSecret('session'),
    returnTo: 'https://app.example.com/a',
  };
  const finish = `/sign-in/finish?state=${STATE}`;

  it('hands over what the browser is, sets the session, and goes on where the product wants', async () => {
    const seen: unknown[] = [];
    const cookie = createSecret('session');
    stage.domain.signIn.finish = async (state, input) => {
      seen.push([state, input]);
      const organization = { id: ORGANIZATION_ID, name: 'Acme', slug: 'acme' };
      return { kind: 'signedIn', cookie, organization, returnTo: 'https://app.example.com/a', hasPermissions: true };
    };
    const browser = stage.browser();
    browser.setCookie('rollcall_browser', createSecret('browser'));
    const response = await browser.step('GET', finish);
    expect(response.headers.get('location')).toBe('https://app.example.com/a');
    expect(browser.cookie('rollcall_session')).toBe(cookie);
    expect(browser.cookie('rollcall_organization')).toBe(rememberedSlugs.sign('acme'));
    expect(seen).toMatchObject([[STATE, { browser: browser.cookie('rollcall_browser'), sessionCookie: undefined }]]);
  });

  it('goes to the landing page where there is nothing to see in the product yet', async () => {
    const organization = { id: ORGANIZATION_ID, name: 'Acme', slug: 'acme' };
    stage.domain.signIn.finish = async () => ({ ...signedIn, organization, hasPermissions: false });
    expect((await stage.browser().step('GET', finish)).headers.get('location')).toBe(`${stage.url}/`);
    stage.domain.signIn.finish = async () => ({ ...signedIn, organization: null, hasPermissions: false });
    expect((await stage.browser().step('GET', finish)).headers.get('location')).toBe(`${stage.url}/`);
  });

  const asked = {
    kind: 'chooseAccount' as const,
    signedInAs: 'old@acme.example',
    newEmail: 'new@other.example',
    account: 'mark',
  };

  it('asks once more where another account is signed in, and takes the answer with which account was named', async () => {
    const chosen: unknown[] = [];
    stage.domain.signIn.finish = async (state, { choice, account }) => {
      chosen.push([choice, account]);
      return { ...asked, state, isFresh: true };
    };
    const { text } = await stage.browser().open(finish);
    expect(text).toContain('Yes, add it to old@acme.example');
    expect(text.match(/name="account" value="mark"/g)).toHaveLength(2);
    await stage.browser().submit('/sign-in/finish', { state: STATE, choice: 'sameAccount', account: 'mark' });
    await stage.browser().submit('/sign-in/finish', { state: STATE, choice: 'evil' });
    expect(chosen).toEqual([
      [undefined, undefined],
      ['sameAccount', 'mark'],
      [undefined, undefined],
    ]);
  });

  it('has the account proved once more before something may be added to it, and comes back to the question', async () => {
    stage.domain.signIn.finish = async (state) => ({ ...asked, state, isFresh: false });
    const { text } = await stage.browser().open(finish);
    const returnTo = encodeURIComponent(`/sign-in/finish?state=${STATE}`);
    expect(text).toContain(`href="/sign-in/again?returnTo=${returnTo}">Yes: sign in as old@acme.example once more</a>`);
    expect(text).not.toContain('sameAccount');
  });

  it('goes on with a sign-in that waits for it, whatever the account may do', async () => {
    const returnTo = `/sign-in/finish?state=${STATE}`;
    stage.domain.signIn.finish = async () => ({ ...signedIn, organization: null, hasPermissions: false, returnTo });
    expect((await stage.browser().step('GET', finish)).headers.get('location')).toBe(`${stage.url}${returnTo}`);
  });
});

describe('a refused sign-in', () => {
  it.each(signInRefusalReasons)(
    'has a page of its own for %s: what happened, what to do, the id, the time',
    async (reason) => {
      const refusal = aRefusal({ reason, otherMethods: ['google'], contact: 'it@acme.example' });
      stage.domain.signIn.finish = async () => ({ kind: 'refused', refusal });
      const { status, words, text } = await stage.browser().open(`/sign-in/finish?state=${STATE}`);
      expect(status).toBe(['attemptExpired', 'responseInvalid'].includes(reason) ? 400 : 403);
      expect(words).toContain('What to do next');
      expect(text).toContain('<span>0123</span><span>4567</span><span>89ab</span>');
      expect(words).toContain('5 Jan 2026, 09:00 UTC');
      expect(text).toMatch(/class="button primary"/);
      expect(text).not.toContain('undefined');
    },
  );

  it('has ten pages with ten titles', async () => {
    const titles = new Set<string>();
    for (const reason of signInRefusalReasons) {
      stage.domain.signIn.finish = async () => ({ kind: 'refused', refusal: aRefusal({ reason }) });
      const { text } = await stage.browser().open(`/sign-in/finish?state=${STATE}`);
      titles.add(/<h1>(.*?)<\/h1>/.exec(text)?.[1] ?? '');
    }
    expect(titles.size).toBe(signInRefusalReasons.length);
  });

  it('names whom to ask: as the organization says, else who manages it, and no name where it is not disclosed', async () => {
    const show = async (facts: Parameters<typeof aRefusal>[0]) => {
      stage.domain.signIn.finish = async () => ({ kind: 'refused', refusal: aRefusal(facts) });
      return (await stage.browser().open(`/sign-in/finish?state=${STATE}`)).text;
    };
    expect(await show({ contact: 'it@acme.example' })).toContain('href="mailto:it@acme.example"');
    expect(await show({ contact: 'Call "4711" <now>' })).toContain('Call &quot;4711&quot; &lt;now&gt;');
    expect(await show({})).toContain('the team that manages Acme in Screens');
    const undisclosed = await show({ organization: { name: null, slug: 'acme' } });
    expect(undisclosed).toContain('the team that manages your organization in Screens');
    expect(undisclosed).not.toMatch(/Acme|Entra/);
  });

  it('leads to the other way to sign in, in the same attempt, where that is configured', async () => {
    await stage.close();
    const google = { clientId: 'id', clientSecret: 'secret', issuer: 'https://accounts.google.com' };
    stage = await startPages({ loginProviders: { google } });
    const refusal = aRefusal({ reason: 'otherSignInMethod', otherMethods: ['google', 'microsoft'] });
    stage.domain.signIn.finish = async () => ({ kind: 'refused', refusal });
    const { text } = await stage.browser().open(`/sign-in/finish?state=${STATE}`);
    expect(text).toContain(`href="/sign-in/google?link=${STATE}"`);
    expect(text).not.toContain('/sign-in/microsoft');
    expect((await stage.browser().open(`/sign-in/google?link=${STATE}`)).status).toBe(404);
    const pending = { organizationId: ORGANIZATION_ID, connectionId: CONNECTION_ID } as never;
    stage.domain.signInAttempts.findPending = async () => pending;
    expect((await stage.browser().step('GET', `/sign-in/google?link=${STATE}`)).status).toBe(303);
    expect(stage.started).toMatchObject([{ purpose: 'link', provider: 'google', pending }]);
  });

  it('asks an admin for an account of one’s own where that of the address is somebody else’s, by a form of ours alone', async () => {
    const refusal = aRefusal({ reason: 'otherSignInMethod', otherMethods: ['google'] });
    stage.domain.signIn.finish = async () => ({ kind: 'refused', refusal });
    const asked: unknown[] = [];
    stage.domain.signIn.askForOwnAccount = async (state, { browser }) => {
      asked.push([state, browser]);
      const detail = { requestReason: 'otherSignInMethod' };
      return { kind: 'refused', refusal: aRefusal({ reason: 'approvalRequired', detail }) };
    };
    const browser = stage.browser();
    browser.setCookie('rollcall_browser', createSecret('browser'));
    const { text } = await browser.open(`/sign-in/finish?state=${STATE}`);
    expect(text).toContain('action="/sign-in/finish/ask-admin"');
    expect(text).toContain(`name="state" value="${STATE}"`);
    const foreign = await fetch(`${stage.url}/sign-in/finish/ask-admin`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
      body: `state=${STATE}`,
    });
    expect([foreign.status, asked]).toEqual([403, []]);
    const shown = await browser.submit('/sign-in/finish/ask-admin', { state: STATE });
    expect(shown.status).toBe(403);
    expect(shown.words).toContain('An admin has to confirm that this is you');
    expect(shown.words).toContain('you said that it is not yours');
    expect(asked).toEqual([[STATE, browser.cookie('rollcall_browser')]]);
    expect((await browser.open('/sign-in/finish/ask-admin')).status).toBe(405);
  });

  it('says so where another account was proved than the one that was asked for', async () => {
    const refusal = aRefusal({ reason: 'otherSignInMethod', otherMethods: ['google'], detail: { provedOther: true } });
    stage.domain.signIn.finish = async () => ({ kind: 'refused', refusal });
    const { words } = await stage.browser().open(`/sign-in/finish?state=${STATE}`);
    expect(words).toContain('by another account than the one that you have just chosen');
  });

  it('explains the code of the identity provider', async () => {
    const detail = { code: 'AADSTS50105', explanation: 'You are <not> assigned.', remedy: 'Ask to be assigned.' };
    stage.domain.signIn.finish = async () => ({
      kind: 'refused',
      refusal: aRefusal({ reason: 'identityProviderError', detail }),
    });
    const { text } = await stage.browser().open(`/sign-in/finish?state=${STATE}`);
    expect(text).toContain('AADSTS50105');
    expect(text).toContain('You are &lt;not&gt; assigned.');
    expect(text).toContain('Ask to be assigned.');
  });
});

describe('a one-time link', () => {
  const secret = createSecret('oneTimeLink');
  const owner = {
    kind: 'owner' as const,
    expiresAt: new Date(),
    organization: { id: ORGANIZATION_ID, name: 'Acme', slug: 'acme' },
    user: { id: SECOND_ID, userName: 'ada@acme.example', displayName: 'Ada' },
  };

  it('is not used up by looking at it, and used by the button', async () => {
    let used = 0;
    stage.domain.oneTimeLinks.peek = async () => owner;
    stage.domain.oneTimeLinks.use = async () => {
      used += 1;
      return { kind: 'signedIn', cookie: createSecret('session'), organization: owner.organization };
    };
    const browser = stage.browser();
    expect((await browser.open(`/sign-in/link/${secret}`)).words).toContain('Sign in as Ada');
    expect(used).toBe(0);
    const response = await browser.step('POST', `/sign-in/link/${secret}`);
    expect(response.headers.get('location')).toBe(`${stage.url}/`);
    expect(browser.cookie('rollcall_session')).toBeDefined();
    expect(used).toBe(1);
  });

  it('that is unknown looks like one that is over', async () => {
    const shown = await stage.browser().open('/sign-in/link/x');
    expect([shown.status, shown.words]).toEqual([404, expect.stringContaining('It was used already, has expired')]);
  });

  it('that opens nothing any more names its line in the log, as other refusals do', async () => {
    const eventId = '01994e3e-7c00-7000-8000-4f2a9c3be17d';
    stage.domain.oneTimeLinks.peek = async () => owner;
    stage.domain.oneTimeLinks.use = async () => ({ kind: 'refused', reason: 'deactivated', eventId });
    const { status, text } = await stage.browser().submit(`/sign-in/link/${secret}`, {});
    expect(status).toBe(403);
    const parts = '<span>4f2a</span><span>9c3b</span><span>e17d</span>';
    expect(text).toContain(`<dt>Reference</dt><dd><code title="${eventId}">${parts}</code></dd>`);
  });

  it('sets a new installation up, and shows a mistake at its field with all that was typed', async () => {
    stage.domain.oneTimeLinks.peek = async () => ({
      kind: 'setUp',
      expiresAt: new Date(),
      organization: null,
      user: null,
    });
    stage.domain.setUp.complete = async () => {
      throw new DomainError('invalidValue', 'The slug is a reserved word.', { path: 'slug' });
    };
    const fields = { organizationName: 'Acme "Ltd"', slug: 'admin', displayName: 'Ada', email: 'ada@acme.example' };
    const { text, words } = await stage.browser().submit(`/sign-in/link/${secret}`, fields);
    expect(words).toContain('The slug is a reserved word.');
    expect(text).toContain('value="Acme &quot;Ltd&quot;"');
    expect(text).toMatch(/id="slug"[^>]*autofocus[^>]*aria-describedby="slug-error slug-hint"[^>]*aria-invalid="true"/);
  });
});

describe('asking for the head of a page', () => {
  it.each([
    `/sign-in/finish?state=${STATE}`,
    '/sign-in/google',
    `/connections/${CONNECTION_ID}/oidc/callback?state=${STATE}`,
  ])('takes no step of a sign-in at %s', async (path) => {
    let steps = 0;
    stage.domain.signIn.finish = async () => {
      steps += 1;
      return { kind: 'refused', refusal: aRefusal() };
    };
    stage.domain.signInAttempts.verified = async () => {
      steps += 1;
      return 'verified';
    };
    const response = await fetch(`${stage.url}${path}`, { method: 'HEAD', redirect: 'manual' });
    expect(response.status).toBe(200);
    expect(steps).toBe(0);
  });
});
