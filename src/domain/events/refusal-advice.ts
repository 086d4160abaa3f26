import type { AssertionProblem } from '../directory-credentials/workload-assertion.ts';
import type { Refusal } from './refused-call.entity.ts';

/** What stands against an assertion, by the claim or fact that `detail` names. */
const assertionAdvice: Record<AssertionProblem, string> = {
  form: 'it is no JWT, or one of its claims has another type than it should',
  algorithm: 'it is not signed by an algorithm with a public key, such as RS256',
  signature: 'it is not signed by a key of the issuer',
  keys: "the issuer's keys could not be read, so that nobody can tell. Look whether the service reaches the issuer",
  iss: 'its issuer (iss) is not the one that was set: it may come from another tenant',
  tid: 'its tenant (tid) is not the one that was set',
  aud: 'its audience (aud) is not the one that was set',
  sharedAudience:
    'it is addressed to the application that all customers of Entra share, which Entra does where no credential is set. Choose Workload Identity Federation there',
  sub: 'its subject (sub) is not the one that was set',
  azp: 'the application that asked for it (azp or appid) is not the one that was set',
  exp: 'it has expired, or lives for longer than a day',
  nbf: 'it is not valid yet (nbf): compare the clocks',
  iat: 'it is older than a day, or from the future (iat): compare the clocks',
  uti: 'it does not say by uti or jti which one it is, so that a repetition could not be told',
  replay: 'it was used before. Somebody may have a copy of it; each is good for one access token',
};

const WHERE = 'in Entra: Provisioning → Admin Credentials → Secret Token';

/** What refused calls mean and what to do about them, in the words of who looks after the directory. */
export function adviceOn({ reason, tokenHint, detail }: Refusal): string {
  const token = tokenHint === null ? 'The token that it uses' : `The token …${tokenHint} that it uses`;
  const secret = tokenHint === null ? 'The client secret that it uses' : `The client secret …${tokenHint} that it uses`;
  switch (reason) {
    case 'tokenMissing':
      return `The identity provider sends no bearer token. Paste a token of this directory there (${WHERE}).`;
    case 'tokenUnknown':
      return `The identity provider sends a token that is none of ours; perhaps a part was lost in pasting. Paste it again there, or make a new one (${WHERE}).`;
    case 'tokenRevoked':
      return `${token} was revoked. The identity provider needs the new token: nothing is provisioned until it is pasted there (${WHERE}).`;
    case 'tokenExpired':
      return `${token} has expired. Make a new token: nothing is provisioned until it is pasted there (${WHERE}).`;
    case 'tokenOfAnotherDirectory':
      return `${token} is of another directory. The Tenant URL and the Secret Token in the identity provider have to be of the same one.`;
    case 'accessTokenExpired':
      return 'The access token that it uses has expired, as each does after an hour. The identity provider asks for another by itself; if these calls go on, it does not: look at its token endpoint.';
    case 'accessTokenRevoked':
      return 'The access token that it uses was ended, together with the client secret or workload identity by which it was made. The identity provider has to use the new one.';
    case 'clientSecretUnknown':
      return `The identity provider asks for an access token with a client secret that is none of this OAuth client's; perhaps a part was lost in pasting. Paste it again there, or add a new one.`;
    case 'clientSecretRevoked':
      return `${secret} was revoked. The identity provider needs the new one: nothing is provisioned until it is pasted there.`;
    case 'clientSecretExpired':
      return `${secret} has expired. Add a new one: nothing is provisioned until it is pasted there.`;
    case 'clientDeleted':
      return 'The OAuth client or workload identity was deleted. Give the identity provider the client id of another one.';
    case 'assertionRefused':
      return `The assertion by which the identity provider asks for an access token is refused: ${assertionReason(detail)}.`;
    case 'scopeRefused':
      return 'The identity provider asks for a scope that the OAuth client does not have. Let it ask for none, or for scim.';
    case 'directoryRetired':
      return 'This directory is retired and takes no calls any more. Stop its provisioning in the identity provider, or connect it to a new directory.';
  }
}

function assertionReason(detail: string | null): string {
  return assertionAdvice[detail as AssertionProblem] ?? 'it is not what was set';
}
