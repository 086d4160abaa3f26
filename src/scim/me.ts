import { scimErrors } from './protocol/scim-error.ts';

/**
 * RFC 7644 §3.11: `/Me` is whoever is signed in. The bearer here is a directory's, which is nobody: 501, as the RFC has it for
 * a service provider that does not map the subject.
 */
export function answerMe(): never {
  throw scimErrors.notImplemented('This bearer stands for a directory, not for a person: there is no /Me');
}
