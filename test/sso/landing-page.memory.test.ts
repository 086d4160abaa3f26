import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anOrganization, ORGANIZATION_ID, type PagesStage, startPages } from './pages-stage.ts';

let stage: PagesStage;
beforeEach(async () => {
  stage = await startPages();
});
afterEach(() => stage.close());

describe('the landing page', () => {
  const session = {
    sessionId: 'session',
    accountId: 'account',
    organizationId: ORGANIZATION_ID,
    loginProvider: null,
    loginProvedAt: null,
    createdAt: new Date(0),
    lastSeenAt: new Date(0),
    organizationStatus: null,
    authentication: null,
  };
  const membership = {
    organizationId: ORGANIZATION_ID,
    userId: 'user',
    slug: 'acme',
    name: 'Acme',
    isActive: true,
    hasConnection: true,
    takesOtherMethods: false,
    isAuthenticated: false,
  };

  it('says that the sign-in to an organization has ended, and leads back in', async () => {
    stage.domain.sessions.find = async () => session;
    stage.domain.accounts.memberships = async () => [membership];
    const { text, words } = await stage.browser().open('/');
    expect(words).toContain('Your sign-in to Acme &lt;Screens&gt; has ended');
    expect(text).toContain('href="/sso/acme?choose=">Sign in again</a>');
    expect(words).toContain('Acme Ended');
  });

  it('says so where no connection takes sign-ins, and whom to ask', async () => {
    stage.domain.sessions.find = async () => session;
    stage.domain.accounts.memberships = async () => [membership];
    stage.domain.signInConnections.organizationOf = async () => anOrganization({ connections: [] });
    const { words } = await stage.browser().open('/');
    expect(words).toContain('no connection to an identity provider is switched on');
    expect(words).toContain('the team that manages Acme &lt;Screens&gt; in Screens');
    expect(words).not.toContain('Sign in again');
  });

  it('leaves who is no active user of the organization any more to an empty account', async () => {
    stage.domain.sessions.find = async () => session;
    stage.domain.accounts.memberships = async () => [{ ...membership, isActive: false }];
    expect((await stage.browser().open('/')).words).toContain('Your account is empty');
  });

  it('tells after signing out that it is done', async () => {
    expect((await stage.browser().submit('/session/leave')).words).toContain('You are signed out.');
  });

  it('has nothing for the icon that browsers ask for, which is no mistake', async () => {
    const icon = await fetch(`${stage.url}/favicon.ico`);
    expect([icon.status, await icon.text()]).toEqual([204, '']);
  });
});
