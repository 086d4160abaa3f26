import { readdirSync, readFileSync } from 'node:fs';
import { GraphQLError, locatedError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DomainError, domainErrorCodes } from '../../src/domain/domain-error.ts';
import { answers, presentErrors } from '../../src/graph/errors.ts';

/** What a caller sees of an error that a resolver threw, and what the operator does. */
function presented(thrown: unknown) {
  const logged: Record<string, unknown>[] = [];
  const located = locatedError(thrown, undefined, ['users', 0, 'groups']);
  const [error] = presentErrors([located], 'request-7', { error: (facts) => logged.push(facts) });
  return { error, logged };
}

describe('a declared code', () => {
  const root = new URL('../../src/', import.meta.url);
  const texts = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /^(domain|attributes)\/.*\.ts$/.test(file) && file !== 'domain/domain-error.ts')
    .map((file) => readFileSync(new URL(file, root), 'utf8'));

  it.each(domainErrorCodes)('%s is thrown somewhere, or it would promise what never comes', (code) => {
    const isThrown = texts.some((text) => text.includes(`'${code}'`));
    expect(isThrown || code === 'notFound').toBe(true);
  });
});

describe('an error of a resolver', () => {
  it.each(domainErrorCodes)('is presented with its reason when it is the fact %s', (code) => {
    const { error, logged } = presented(new DomainError(code, 'A sentence.'));
    const reason = code.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    const expected = { code: answers[code].thrownAs, reason };
    expect(error).toEqual({ message: 'A sentence.', path: ['users', 0, 'groups'], extensions: expected });
    expect(logged).toEqual([]);
  });

  it('is FORBIDDEN for a lacking permission and UNAUTHENTICATED for a wrong bearer', () => {
    expect(presented(new DomainError('forbidden', '')).error?.extensions?.code).toBe('FORBIDDEN');
    expect(presented(new DomainError('credentialInvalid', '')).error?.extensions?.code).toBe('UNAUTHENTICATED');
  });

  it.each([
    { code: '57P01' },
    { code: '08006' },
    { code: 'ECONNREFUSED' },
    { code: 'ECONNRESET' },
    { code: 'ENOENT' },
    { message: 'Connection terminated unexpectedly' },
  ])('is SERVICE_UNAVAILABLE when the database is lost: %j', ({ code, message = 'lost' }) => {
    const { error, logged } = presented(Object.assign(new Error(message), code && { code }));
    expect(error?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE' });
    expect(logged).toHaveLength(1);
  });

  it('tells nothing of what was not foreseen but the request id, and logs it without values', () => {
    const failure = Object.assign(new Error('duplicate key value violates "users_pkey"'), {
      code: '23505',
      detail: 'Key (email)=(ada@acme.example) exists.',
      query: 'insert into users',
    });
    const { error, logged } = presented(failure);
    expect(error).toEqual({
      message: 'Something went wrong; the request id is request-7.',
      path: ['users', 0, 'groups'],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
    expect(logged[0]).toMatchObject({
      reason: failure.message,
      code: '23505',
      requestId: 'request-7',
      path: 'users.0.groups',
    });
    expect(JSON.stringify(logged)).not.toContain('ada@acme.example');
  });

  it('keeps the code of a GraphQLError, and takes one without a code for bad input', () => {
    expect(presented(new GraphQLError('no', { extensions: { code: 'FORBIDDEN' } })).error?.extensions?.code).toBe(
      'FORBIDDEN',
    );
    expect(presented(new GraphQLError('no')).error?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});
