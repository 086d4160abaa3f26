// The requests of RFC 6749 §4.4.2 with the client authentication of §2.3.1 and of RFC 7523 §2.2.
import { describe, expect, it } from 'vitest';
import { readTokenRequest } from '../../src/oauth/token-request.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function form(parameters: Record<string, string> = {}): string {
  return new URLSearchParams({ grant_type: 'client_credentials', ...parameters }).toString();
}

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

function refused(body: string, authorization?: string): unknown[] {
  try {
    readTokenRequest(body, authorization);
  } catch (error) {
    const { status, code } = error as { status: number; code: string };
    return [status, code];
  }
  return ['taken'];
}

describe('a token request', () => {
  it('shows its secret in the Authorization header, as Entra does, or in the body', () => {
    const proof = { kind: 'secret', clientSecret: 's3cret' };
    const taken = { clientId: 'client-1', proof, scope: 'scim', resources: [] };
    expect(readTokenRequest(form({ scope: 'scim' }), 'Basic Y2xpZW50LTE6czNjcmV0')).toEqual(taken);
    const inBody = form({ client_id: 'client-1', client_secret: 's3cret' });
    expect(readTokenRequest(inBody, undefined)).toEqual({ ...taken, scope: undefined });
  });

  it('has both halves of the header form-encoded (RFC 6749 §2.3.1)', () => {
    const { clientId, proof } = readTokenRequest(form(), basic('a%3Ab:s+%26%C3%A9%3A'));
    expect([clientId, proof]).toEqual(['a:b', { kind: 'secret', clientSecret: 's &é:' }]);
    expect(refused(form(), basic('a:%ZZ'))).toEqual([401, 'invalid_client']);
  });

  it('shows an assertion instead (RFC 7523 §2.2)', () => {
    const body = form({ client_id: 'c', client_assertion_type: ASSERTION_TYPE, client_assertion: 'a.b.c' });
    expect(readTokenRequest(body, undefined)).toMatchObject({
      clientId: 'c',
      proof: { kind: 'assertion', assertion: 'a.b.c' },
    });
  });

  it.each([
    ['no grant type', 'client_id=c&client_secret=s', undefined, [400, 'invalid_request']],
    [
      'another grant type',
      'grant_type=password&client_id=c&client_secret=s',
      undefined,
      [400, 'unsupported_grant_type'],
    ],
    ['nothing at all', '', undefined, [400, 'invalid_request']],
    ['no client', form(), undefined, [401, 'invalid_client']],
    ['no proof', form({ client_id: 'c' }), undefined, [401, 'invalid_client']],
    ['security 3: an empty secret', form({ client_id: 'c', client_secret: '' }), undefined, [401, 'invalid_client']],
    ['security 3: an empty secret in the header', form(), basic('c:'), [401, 'invalid_client']],
    ['an empty client id in the header', form(), basic(':s'), [401, 'invalid_client']],
    ['a header without a colon', form(), basic('c'), [401, 'invalid_client']],
    ['a header that is no base64', form(), 'Basic ???', [401, 'invalid_client']],
    ['a bearer', form(), 'Bearer rcscim_x', [401, 'invalid_client']],
    ['both ways', form({ client_id: 'c', client_secret: 's' }), basic('c:s'), [400, 'invalid_request']],
    ['two clients', form({ client_id: 'd' }), basic('c:s'), [400, 'invalid_request']],
    [
      'secret and assertion',
      form({ client_id: 'c', client_secret: 's', client_assertion: 'a' }),
      undefined,
      [400, 'invalid_request'],
    ],
    [
      'a parameter twice',
      `${form({ client_id: 'c', client_secret: 's' })}&client_id=d`,
      undefined,
      [400, 'invalid_request'],
    ],
    ['an assertion of no type', form({ client_id: 'c', client_assertion: 'a' }), undefined, [401, 'invalid_client']],
    [
      'an assertion of another type',
      form({
        client_id: 'c',
        client_assertion: 'a',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
      }),
      undefined,
      [401, 'invalid_client'],
    ],
    ['a scope with two spaces', form({ scope: 'a  b' }), basic('c:s'), [400, 'invalid_scope']],
    ['a scope with a quote', form({ scope: 'a"b' }), basic('c:s'), [400, 'invalid_scope']],
  ])('is refused with %s', (_, body, authorization, expected) => {
    expect(refused(body, authorization)).toEqual(expected);
  });

  it('may name the same client in header and body, say nothing, and say what nobody knows (RFC 6749 §3.2)', () => {
    const { clientId, scope } = readTokenRequest(form({ client_id: 'c', scope: '', other: 'x' }), basic('c:s'));
    expect([clientId, scope]).toEqual(['c', undefined]);
    expect(readTokenRequest(`${form()}&resource=a&resource=b`, basic('c:s')).resources).toEqual(['a', 'b']);
  });
});
