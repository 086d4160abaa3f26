import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReturnTo } from '../../src/sso/return-to.ts';

const origins = ['https://app.example.com', 'https://edge.example.com:8443'];

describe('where a sign-in may lead', () => {
  it.each([
    ['/', '/'],
    ['/console?tab=1#top', '/console?tab=1#top'],
    ['/sso/acme?choose=', '/sso/acme?choose='],
    ['https://app.example.com', 'https://app.example.com/'],
    ['https://app.example.com/screens/1?x=%20', 'https://app.example.com/screens/1?x=%20'],
    ['HTTPS://APP.EXAMPLE.COM/a', 'https://app.example.com/a'],
    ['https://edge.example.com:8443/', 'https://edge.example.com:8443/'],
  ])('goes on to %s', (asked, address) => {
    expect(readReturnTo(asked, origins)).toBe(address);
  });

  it.each([
    '',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' /ok',
    '/ok\u0000',
    'https:evil.example',
    'https:/evil.example',
    'http://app.example.com/',
    'https://app.example.com.evil.example/',
    'https://app.example.com@evil.example/',
    'https://evil.example#https://app.example.com',
    'https://edge.example.com/',
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://app.example.com/',
    'https://user:password@app.example.com/',
    'evil.example',
    `/${'a'.repeat(3000)}`,
    undefined,
    null,
    ['/'],
  ])('does not go on to %j', (asked) => {
    expect(readReturnTo(asked, origins)).toBeNull();
  });

  it('leads to us or to the product, whatever is asked for', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '@',
      ':',
      '?',
      '#',
      '%2f',
      'evil.example',
      'https:',
      'app.example.com',
      '\t',
    );
    const home = 'https://id.example.com';
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const address = readReturnTo(pieces.join(''), origins);
        if (address === null) return;
        const { origin } = new URL(address.startsWith('/') ? `${home}${address}` : address);
        expect([home, ...origins]).toContain(origin);
        // As a browser would take it, were it sent as it stands.
        expect([home, ...origins]).toContain(new URL(address, home).origin);
      }),
      { numRuns: 5_000 },
    );
  });
});
