import { describe, expect, it } from 'vitest';
import { payloadProblem, scimProblems, thrownProblem } from '../../src/scim/scim-problems.ts';

const message = 'What a person may read.';

describe('payloadProblem', () => {
  it.each([
    ['USER_NAME_TAKEN', 409, 'uniqueness'],
    ['GROUP_NAME_TAKEN', 409, 'uniqueness'],
    ['VERSION_CONFLICT', 412, undefined],
    ['NOT_FOUND', 404, undefined],
    ['INVALID_VALUE', 400, 'invalidValue'],
    ['INVALID_SYNTAX', 400, 'invalidSyntax'],
    ['UNKNOWN_MEMBER', 400, 'invalidValue'],
    ['FILTER_NOT_SUPPORTED', 400, 'invalidFilter'],
    ['TOO_MANY', 400, 'tooMany'],
  ])('answers %s with %i', (code, status, scimType) => {
    expect(payloadProblem({ code, message })).toMatchObject({ status, scimType, code, detail: message });
  });

  it('answers what is no matter of SCIM, and codes it does not know, with a 500 that tells nothing', () => {
    const codes = Object.entries(scimProblems).flatMap(([code, { status }]) => (status === 500 ? [code] : []));
    for (const code of [...codes, 'FROM_THE_FUTURE', 'constructor', '__proto__']) {
      const problem = payloadProblem({ code, message });
      expect([problem.status, problem.detail.includes(message)]).toEqual([500, false]);
    }
  });

  it('writes the path before a message about one value only', () => {
    expect(payloadProblem({ code: 'INVALID_VALUE', message, path: 'name.givenName' }).detail).toBe(
      `name.givenName: ${message}`,
    );
    expect(payloadProblem({ code: 'USER_NAME_TAKEN', message, path: 'userName' }).detail).toBe(message);
  });
});

describe('thrownProblem', () => {
  it.each([
    ['UNAUTHENTICATED', undefined, 401],
    ['UNAUTHENTICATED', 'CREDENTIAL_INVALID', 401],
    ['BAD_USER_INPUT', 'NOT_FOUND', 401],
    ['FORBIDDEN', 'FORBIDDEN', 403],
    ['BAD_USER_INPUT', 'FILTER_NOT_SUPPORTED', 400],
    ['BAD_USER_INPUT', undefined, 400],
    ['SERVICE_UNAVAILABLE', undefined, 503],
    ['INTERNAL_SERVER_ERROR', undefined, 500],
    ['GRAPHQL_VALIDATION_FAILED', undefined, 500],
  ])('answers %s with the reason %s as %i', (code, reason, status) => {
    expect(thrownProblem({ message, extensions: { code, reason } }).status).toBe(status);
  });

  it('repeats no message of GraphQL itself', () => {
    for (const code of ['UNAUTHENTICATED', 'BAD_USER_INPUT', 'INTERNAL_SERVER_ERROR', undefined]) {
      expect(thrownProblem({ message: 'Variable "$id" …', extensions: { code } }).detail).not.toContain('Variable');
    }
  });

  it('tells how to authenticate and when to come back', () => {
    const problem = (code: string) => thrownProblem({ message, extensions: { code } });
    expect(problem('UNAUTHENTICATED').headers).toEqual({
      'WWW-Authenticate': expect.stringMatching(/^Bearer realm="/),
    });
    expect(problem('SERVICE_UNAVAILABLE').headers).toEqual({ 'Retry-After': '5' });
  });
});
