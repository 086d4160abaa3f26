import { explainEntraCode, findEntraCode } from '../entra-error.ts';
import { plainText } from '../plain-text.ts';
import { SignInFailure } from '../sign-in-failure.ts';

const CODE_LENGTH_MAX = 64;
const DESCRIPTION_LENGTH_MAX = 300;
const again = 'Start the sign-in again.';
const askIt = 'Ask your IT team; the words of the identity provider are in the log of sign-ins.';

/** By the last part of the status code (SAML core §3.2.2.2). */
const explained: Readonly<Record<string, { explanation: string; remedy: string }>> = {
  AuthnFailed: { explanation: 'The identity provider could not sign you in.', remedy: again },
  InvalidNameIDPolicy: {
    explanation: 'The identity provider cannot send a NameID for this application.',
    remedy: 'An administrator chooses what is sent as NameID at the application, best a persistent identifier.',
  },
  NoAuthnContext: {
    explanation: 'The identity provider cannot sign you in the way that was asked for.',
    remedy: askIt,
  },
  NoPassive: { explanation: 'The identity provider needs another step of yours.', remedy: again },
  RequestDenied: {
    explanation: 'The identity provider does not let you in to this application, or the sign-in was cancelled there.',
    remedy: 'Start again; if you did not cancel, ask your IT team to give you access to the application.',
  },
  RequestUnsupported: { explanation: 'The identity provider does not answer such a request.', remedy: askIt },
  Requester: {
    explanation: 'The identity provider did not accept the request.',
    remedy:
      'An administrator compares the entity id and the ACS address of the connection with those at the application.',
  },
  Responder: { explanation: 'Something went wrong at the identity provider.', remedy: askIt },
  UnknownPrincipal: {
    explanation: 'The identity provider does not know you for this application.',
    remedy: 'Ask your IT team to give you access to the application.',
  },
  VersionMismatch: { explanation: 'The identity provider does not speak SAML 2.0.', remedy: askIt },
};

/** What a response says instead of who signed in; all of it may be anything. */
export interface SamlStatus {
  statusCode: string;
  /** The code within it, which says more. */
  subStatusCode?: string;
  message?: string;
}

/** The refusal for a response whose status is not success. */
export function statusFailure({ statusCode, subStatusCode, message = '' }: SamlStatus): SignInFailure {
  const error = lastPart(statusCode);
  const subError = subStatusCode === undefined ? undefined : lastPart(subStatusCode);
  const entraCode = findEntraCode(message);
  const entra = entraCode === undefined ? undefined : explainEntraCode(entraCode);
  const known = entra ?? explanationOf(subError) ?? explanationOf(error);
  return new SignInFailure(entra?.reason ?? 'identityProviderError', {
    error,
    code: entraCode ?? subError ?? null,
    explanation: known?.explanation ?? 'The identity provider refused the sign-in.',
    remedy: known?.remedy ?? askIt,
    description: plainText(message, DESCRIPTION_LENGTH_MAX) || null,
  });
}

function lastPart(code: string): string {
  return plainText(code.slice(code.lastIndexOf(':') + 1), CODE_LENGTH_MAX);
}

function explanationOf(code: string | undefined) {
  return code !== undefined && Object.hasOwn(explained, code) ? explained[code] : undefined;
}
