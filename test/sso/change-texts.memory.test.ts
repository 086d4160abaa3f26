import { describe, expect, it } from 'vitest';
import type { SignInChange } from '../../src/domain/sign-in/sign-in-overview.ts';
import { changeText } from '../../src/sso/pages/change-texts.ts';

function aChange(type: SignInChange['type'], data: Record<string, unknown>, subjectName: string | null = null) {
  return changeText({ id: '-', type, subjectName, actor: { kind: 'operator' }, data, createdAt: new Date(0) });
}

describe('a change of settings, in words', () => {
  it.each([
    [{ acceptsOtherMethods: true }, 'Google and Microsoft accounts may sign in beside a connection'],
    [{ acceptsOtherMethods: false }, 'Google and Microsoft accounts may not sign in beside a connection'],
    [{ sessionIdleMinutes: 90 }, 'sessions end after 90 minutes without use'],
    [{ sessionIdleMinutes: 60 }, 'sessions end after 1 hour without use'],
    [{ sessionLifetimeMinutes: 129_600 }, 'sessions end after 90 days in any case'],
    [{ disclosesName: false }, 'the page of the slug hides the name'],
    [{ groupMatching: 'automatically' }, 'a pushed group of an existing name joins that group by itself'],
    [{ groupMatching: 'ask' }, 'a pushed group of an existing name waits for an approval'],
    [{ groupMatching: 'never' }, 'a pushed group of an existing name joins no other group'],
    [{ defaultPermissionSetId: null }, 'nobody holds anything by default'],
    [{ inactivityDays: 1 }, 'what was given by hand falls away after 1 inactive day'],
    [{ signInContact: 'the help desk' }, 'people without access are told to ask the help desk'],
    [{ signInContact: null }, 'people without access are told of nobody to ask'],
  ])('%o', (data, words) => {
    expect(aChange('organizationUpdated', data)).toBe(`Settings were changed: ${words}`);
  });

  it('names the default permission set, while it is there', () => {
    const data = { defaultPermissionSetId: 'id' };
    expect(aChange('organizationUpdated', data, 'Viewers')).toContain('everybody holds the set Viewers by default');
    expect(aChange('organizationUpdated', data)).toContain('everybody holds a permission set by default');
  });

  it('tells all that were changed at once, and what is none of them not', () => {
    const data = { name: 'Acme', disclosesName: true, sessionIdleMinutes: 5 };
    expect(aChange('organizationUpdated', data)).toBe(
      'Settings were changed: the page of the slug shows the name; sessions end after 5 minutes without use',
    );
  });
});

it('a changed connection is told with what was changed', () => {
  const changes = { issuer: { before: 'a', after: 'b' }, name: { before: 'a', after: 'b' } };
  expect(aChange('connectionUpdated', { changes, isClientSecretReplaced: true }, 'Entra')).toBe(
    'The connection Entra was changed: the issuer, the name, the client secret',
  );
});

it('an ended binding, and a first sign-in that was approved, name the user', () => {
  const who = 'ada@acme.example';
  expect(aChange('bindingEnded', { reason: 'ended' }, who)).toBe(
    'The user ada@acme.example was signed out, and is matched anew at the next sign-in',
  );
  expect(aChange('bindingRequestDecided', { state: 'approved' }, who)).toMatch(/was approved as ada@acme.example$/);
  expect(aChange('bindingRequestDecided', { state: 'rejected' })).toMatch(/was rejected$/);
});

it('a changed slug is told with the one before', () => {
  expect(aChange('organizationSlugChanged', { slug: 'acme-2', before: 'acme' })).toBe(
    'The slug was changed from acme to acme-2',
  );
  expect(aChange('organizationSlugReleased', { slug: 'acme' })).toBe('The old slug acme was given up');
});
