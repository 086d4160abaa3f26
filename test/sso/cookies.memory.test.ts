import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { CredentialHasher, createSecret } from '../../src/domain/actors/credential.ts';
import { RememberedSlugs } from '../../src/domain/sign-in/remembered-slugs.ts';
import { Cookies } from '../../src/sso/cookies.ts';

const slugs = new RememberedSlugs({ hasher: new CredentialHasher('a key of the tests') });
const https = new Cookies({ publicUrl: 'https://login.example' }, slugs);
const http = new Cookies({ publicUrl: 'http://localhost:4000' }, slugs);

function aResponse(): ServerResponse {
  return new ServerResponse(new IncomingMessage(new Socket()));
}

const setBy = (work: (response: ServerResponse) => unknown): string[] => {
  const response = aResponse();
  work(response);
  return [response.getHeader('set-cookie') ?? []].flat().map(String);
};

describe('a cookie of ours', () => {
  it('is bound to this host, to https and to no script', () => {
    const secret = createSecret('session');
    expect(setBy((response) => https.setSession(response, secret))).toEqual([
      `__Host-rollcall_session=${secret}; Path=/; HttpOnly; SameSite=Lax; Secure`,
    ]);
  });

  it('has a name of its own over plain http, where the others would not be kept', () => {
    const secret = createSecret('session');
    expect(setBy((response) => http.setSession(response, secret))).toEqual([
      `rollcall_session=${secret}; Path=/; HttpOnly; SameSite=Lax`,
    ]);
  });

  it('goes as it came', () => {
    expect(setBy((response) => https.clearSession(response))).toEqual([
      '__Host-rollcall_session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0',
    ]);
  });

  it('is read among others, and only under its own name', () => {
    const secret = createSecret('session');
    const cookie = `a=b; __Host-rollcall_session=${secret}; c=d`;
    expect(https.sessionOf({ cookie })).toBe(secret);
    expect(http.sessionOf({ cookie })).toBeUndefined();
    expect(https.sessionOf({ cookie: `rollcall_session=${secret}` })).toBeUndefined();
    expect(https.sessionOf({ cookie: `x__Host-rollcall_session=${secret}` })).toBeUndefined();
    expect(https.sessionOf({})).toBeUndefined();
  });

  it('is nothing when it holds a secret of another kind, or none', () => {
    for (const value of [createSecret('browser'), 'x', '', '"quoted"', 'a b']) {
      expect(https.sessionOf({ cookie: `__Host-rollcall_session=${value}` })).toBeUndefined();
    }
  });

  it('tells a browser from others for a year, and is given once', () => {
    const response = aResponse();
    const made = https.ensureBrowser({ headers: {} }, response);
    expect(response.getHeader('set-cookie')).toEqual(
      [`__Host-rollcall_browser=${made}; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=31536000`][0],
    );
    const again = { headers: { cookie: `__Host-rollcall_browser=${made}` } };
    expect(setBy((next) => expect(https.ensureBrowser(again, next)).toBe(made))).toEqual([]);
  });

  it('remembers an organization by its slug, and nothing that a header could not hold', () => {
    const [line = ''] = setBy((response) => https.rememberOrganization(response, 'acme-2'));
    expect(line).toMatch(/^__Host-rollcall_organization=acme-2\.[\w-]{43};/);
    const [cookie = ''] = line.split(';');
    expect(https.organizationOf({ cookie })).toBe('acme-2');
    for (const slug of ['a; Path=/x', 'a\r\nSet-Cookie: b=c', 'ä']) {
      expect(() => setBy((response) => https.rememberOrganization(response, slug))).toThrow();
    }
  });

  it('remembers the longest slug there can be', () => {
    const slug = 'a'.repeat(63);
    const [line = ''] = setBy((response) => https.rememberOrganization(response, slug));
    expect(https.organizationOf({ cookie: line.split(';')[0] })).toBe(slug);
  });

  it('remembers no organization that another has written into it', () => {
    const name = '__Host-rollcall_organization';
    const others = new RememberedSlugs({ hasher: new CredentialHasher('another key') });
    const ours = slugs.sign('acme');
    for (const value of [
      'acme',
      `acme.${'A'.repeat(43)}`,
      others.sign('acme'),
      ours.replace('acme', 'beta'),
      `${ours}x`,
    ]) {
      expect([value, https.organizationOf({ cookie: `${name}=${value}` })]).toEqual([value, undefined]);
    }
  });
});
