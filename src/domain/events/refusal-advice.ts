import type { RefusalReason } from './refused-call.entity.ts';

const WHERE = 'in Entra: Provisioning → Admin Credentials → Secret Token';

/** What refused calls mean and what to do about them, in the words of who looks after the directory. */
export function adviceOn(reason: RefusalReason, tokenHint: string | null): string {
  const token = tokenHint === null ? 'The token that it uses' : `The token …${tokenHint} that it uses`;
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
    case 'directoryRetired':
      return 'This directory is retired and takes no calls any more. Stop its provisioning in the identity provider, or connect it to a new directory.';
  }
}
