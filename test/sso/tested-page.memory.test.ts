import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SignInPrediction } from '../../src/domain/sign-in/sign-in-outcome.ts';
import { SignInFailure } from '../../src/sso/sign-in-failure.ts';
import { aConnection, CONNECTION_ID, type PagesStage, STATE, startPages } from './pages-stage.ts';

let stage: PagesStage;
beforeEach(async () => {
  stage = await startPages();
});
afterEach(() => stage.close());

const finish = `/sign-in/finish?state=${STATE}`;

function aPrediction(facts: Partial<SignInPrediction> = {}): SignInPrediction {
  const nothing = { userName: null, reason: null, isNewUser: false, requestReason: null, hasRecord: false };
  return { outcome: 'wouldSignIn', ...nothing, isOwnAddress: false, ...facts };
}

/** Tags leave spaces before the stops of a sentence. */
function plain(words: string): string {
  return words.replaceAll(/ (?=[.,])/g, '');
}

describe('the page of a test sign-in', () => {
  it('shows what a test brought back, escaped', async () => {
    stage.domain.signIn.finish = async () => ({
      kind: 'tested',
      connectionId: CONNECTION_ID,
      claims: { sub: 'ada', groups: ['<b>', 'two'], email: 'ada@acme.example' },
      stableId: 'ada',
      email: 'ada@acme.example',
      provedAt: new Date('2026-11-22T20:12:00Z'),
      prediction: aPrediction({ outcome: 'wouldRefuse', reason: 'notProvisioned' }),
    });
    const { status, text, words } = await stage.browser().open(finish);
    expect(status).toBe(200);
    expect(text).toContain('&lt;b&gt;, two');
    expect(plain(words)).toContain(
      'Nobody here has the externalId ada, and the e-mail address ada@acme.example is on no domain',
    );
    expect(plain(words)).toContain('ada, from the claim sub');
    expect(words).toContain('Asked at 22 Nov 2026, 20:12 UTC');
    expect(text).not.toContain('notProvisioned');
  });

  it.each([
    [{ outcome: 'wouldSignIn', isNewUser: true }, 'This person would be signed in as a new user.'],
    [{ outcome: 'wouldSignIn', userName: 'ada' }, 'This person would be signed in as ada.'],
    [{ reason: 'notProvisioned', isOwnAddress: true }, 'nobody has the e-mail address ada@acme.example.'],
    [
      { reason: 'notProvisioned', hasRecord: true },
      'Their record has arrived from the directory, but leads to no user',
    ],
    [{ reason: 'deactivated', userName: 'ada' }, 'The user ada is not active'],
    [{ reason: 'approvalRequired', requestReason: 'ambiguous' }, 'Several users could be this person.'],
  ] as const)('says of a test that brought %j what would become of the person', async (prediction, sentence) => {
    stage.domain.signIn.finish = async () => ({
      kind: 'tested',
      connectionId: CONNECTION_ID,
      claims: {},
      stableId: null,
      email: 'ada@acme.example',
      provedAt: null,
      prediction: aPrediction({ outcome: 'wouldRefuse', ...prediction }),
    });
    const { words } = await stage.browser().open(finish);
    expect(plain(words)).toContain(sentence);
    expect(plain(words)).toContain('Not in the answer: the connection is set to the claim sub.');
    expect(words).toContain('Not in the answer, though it was asked for: a fresh sign-in');
  });

  it('leads from a test that failed to the next one, and tells of its facts those that have words', async () => {
    const address = `/connections/${CONNECTION_ID}/test/secret`;
    stage.domain.connectionTests.read = async () => aConnection();
    const detail = { isTest: true, problem: 'metadata', receivedIssuer: 'https://b.example', remedy: 'Enter it so.' };
    stage.oidc.authorizationUrl = async () => {
      throw new SignInFailure('responseInvalid', detail);
    };
    const { text, words } = await stage.browser().open(address);
    expect(text).toContain(`href="${address}">Test again</a>`);
    expect(plain(words)).toContain('Issuer that it names https://b.example');
    expect(plain(words)).toContain('What to do next Enter it so.');
    expect(plain(words)).not.toMatch(/isTest|problem|Use another organization|Ask the team|You stay signed in/);
  });
});
