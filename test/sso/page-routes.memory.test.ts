import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONNECTION_ID, type PagesStage, STATE, startPages } from './pages-stage.ts';

const google = { clientId: 'id', clientSecret: 'secret', issuer: 'https://accounts.google.com' };
const EVIL = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let stage: PagesStage;
let asked: string[];
beforeEach(async () => {
  stage = await startPages({ loginProviders: { google } });
  asked = listened(stage);
});
afterEach(() => stage.close());

/** Says of everything that is asked of the rules. */
function listened({ domain }: PagesStage): string[] {
  const heard: string[] = [];
  for (const [name, service] of Object.entries(domain)) {
    const works = service as Record<string, (...input: unknown[]) => unknown>;
    for (const [method, work] of Object.entries(works)) {
      works[method] = (...input) => {
        heard.push(`${name}.${method}`);
        return work(...input);
      };
    }
  }
  return heard;
}

const samples: Record<string, string> = { id: CONNECTION_ID, secret: 'x', slug: 'acme', provider: 'google' };

/** Every address of the router with the methods that it takes. */
function addressesOf({ router }: PagesStage): Map<string, Set<string>> {
  const addresses = new Map<string, Set<string>>();
  for (const { route } of router.stack) {
    if (!route) continue;
    const path = route.path.replace(/:(\w+)/g, (_, name: string) => samples[name] ?? '');
    const methods = addresses.get(path) ?? new Set();
    for (const { method } of route.stack) if (method) methods.add(method.toUpperCase());
    addresses.set(path, methods);
  }
  return addresses;
}

/** The same address as others may write it. */
function spellingsOf(path: string): string[] {
  const escaped = path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  const last = path.replace(/[a-z](?=[^/]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  const capital = path.replace(/[a-z]/, (letter) => letter.toUpperCase());
  return [...new Set([path, path.toUpperCase(), capital, `${path}/`, `${path}//`, `/${path}`, escaped, last])];
}

const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  fetch(`${stage.url}${path}`, {
    method,
    redirect: 'manual',
    headers,
    ...(method === 'POST' && { body: 'slug=acme' }),
  });

describe('every route of the sign-in pages', () => {
  it('is known to these tests', () => {
    const addresses = [...addressesOf(stage).keys()];
    expect(addresses).toContain('/sign-in/link/x');
    expect(addresses).toContain(`/connections/${CONNECTION_ID}/saml/acs`);
    expect(addresses.length).toBeGreaterThan(12);
  });

  it('takes no form of another site, however its address is written', async () => {
    for (const path of addressesOf(stage).keys()) {
      for (const spelling of spellingsOf(path)) {
        // An identity provider is another site.
        if (/\/saml\/acs\/*$/.test(spelling)) continue;
        const { status } = await ask('POST', spelling, { ...EVIL, ...FORM });
        expect([403, 404, 405], `POST ${spelling}`).toContain(status);
      }
    }
    expect(asked).toEqual([]);
  });

  it('takes no step when its head is asked for, however its address is written', async () => {
    for (const path of addressesOf(stage).keys()) {
      for (const spelling of spellingsOf(`${path}`)) await ask('HEAD', `${spelling}?state=${STATE}&code=c`);
    }
    expect(asked).toEqual([]);
  });

  it('answers a method that it does not know with those that it does, and does nothing', async () => {
    for (const [path, methods] of addressesOf(stage)) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
        if (methods.has(method) || (method === 'HEAD' && methods.has('GET'))) continue;
        const response = await ask(method, path, { 'sec-fetch-site': 'same-origin', ...FORM });
        const said = `${method} ${path}`;
        expect([said, response.status]).toEqual([said, 405]);
        const allowed = response.headers.get('allow')?.split(', ') ?? [];
        expect(allowed.filter((each) => each !== 'HEAD' && each !== 'OPTIONS').sort(), said).toEqual(
          [...methods].sort(),
        );
      }
      const options = await ask('OPTIONS', path);
      expect([path, options.status]).toEqual([path, 204]);
      expect(options.headers.get('allow')).toContain([...methods][0]);
    }
    expect(asked).toEqual([]);
  });

  it('is opened as a page of its own, and by nothing within another', async () => {
    for (const [path, methods] of addressesOf(stage)) {
      if (['/sign-in/logo', '/favicon.ico'].includes(path)) continue;
      for (const method of methods) {
        for (const within of ['image', 'iframe', 'empty', 'script', 'object']) {
          const response = await ask(method, path, {
            ...FORM,
            'sec-fetch-site': 'same-origin',
            'sec-fetch-dest': within,
          });
          expect([method, path, within, response.status]).toEqual([method, path, within, 403]);
        }
      }
    }
    expect(asked).toEqual([]);
    expect((await ask('GET', '/sso/acme', { 'sec-fetch-dest': 'document' })).status).toBe(200);
  });
});

describe('an address in another case', () => {
  it('is none, and looks like a page of ours', async () => {
    for (const path of ['/Sign-in', '/SSO/acme', '/Connections/x/saml/metadata', '/session/LEAVE']) {
      const shown = await stage.browser().open(path);
      expect([path, shown.status]).toEqual([path, 404]);
      expect(shown.words).toContain('This page does not exist');
    }
    for (const path of ['/LIVEZ', '/ReadyZ', '/SCIM/v2/x']) expect((await ask('GET', path)).status).toBe(404);
  });
});
