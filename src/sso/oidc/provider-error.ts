import { explainEntraCode, findEntraCode } from '../entra-error.ts';
import { plainText } from '../plain-text.ts';
import { SignInFailure } from '../sign-in-failure.ts';

const ERROR_LENGTH_MAX = 64;
const DESCRIPTION_LENGTH_MAX = 300;

interface Explained {
  explanation: string;
  remedy: string;
}

const askIt = 'Ask your IT team; the words of the identity provider are in the log of sign-ins.';
const again = 'Start the sign-in again.';
const later = 'Wait a few minutes, then start the sign-in again.';

/** The registered errors of RFC 6749 §4.1.2.1 and §5.2 and of OpenID Connect Core 1.0 §3.1.2.6. */
const explained: Readonly<Record<string, Explained>> = {
  access_denied: {
    explanation: 'The identity provider does not let you in to this application, or the sign-in was cancelled there.',
    remedy: 'Start again; if you did not cancel, ask your IT team to give you access to the application.',
  },
  account_selection_required: { explanation: 'The identity provider could not choose an account.', remedy: again },
  consent_required: { explanation: 'The identity provider waits for consent to the application.', remedy: askIt },
  interaction_required: { explanation: 'The identity provider needs another step of yours.', remedy: again },
  invalid_client: {
    explanation: 'The identity provider does not accept the client id and client secret of the connection.',
    remedy: 'An administrator enters the client id and a new client secret of the application in the connection.',
  },
  invalid_request: { explanation: 'The identity provider did not understand the request.', remedy: askIt },
  invalid_scope: {
    explanation: 'The application at the identity provider does not allow the scopes openid, profile and email.',
    remedy: 'An administrator allows them at the application.',
  },
  login_required: { explanation: 'The identity provider asks that you sign in there.', remedy: again },
  server_error: { explanation: 'Something went wrong at the identity provider.', remedy: later },
  temporarily_unavailable: { explanation: 'The identity provider is not available at the moment.', remedy: later },
  unauthorized_client: {
    explanation: 'The application at the identity provider may not sign people in by authorization codes.',
    remedy: 'An administrator allows the authorization code grant at the application.',
  },
  unexpected_answer: {
    explanation: 'The identity provider answered with something else than expected.',
    remedy: later,
  },
  unreachable: { explanation: 'The identity provider did not answer.', remedy: later },
  unsupported_response_type: {
    explanation: 'The application at the identity provider does not allow the authorization code flow.',
    remedy: 'An administrator allows it at the application.',
  },
};

/** What an identity provider says went wrong; all of it may be anything. */
export interface ProviderError {
  error: unknown;
  description?: unknown;
  status?: number;
}

/**
 * The refusal for an error of the identity provider. A code that was used before, is too old or was given for another request
 * (`invalid_grant`) is an attempt that is over.
 */
export function providerFailure({ error, description, status }: ProviderError): SignInFailure {
  const text = typeof description === 'string' ? description : '';
  const name = typeof error === 'string' ? plainText(error, ERROR_LENGTH_MAX) : 'unexpected_answer';
  const code = findEntraCode(text);
  const entra = code === undefined ? undefined : explainEntraCode(code);
  const known = entra ?? (Object.hasOwn(explained, name) ? explained[name] : undefined);
  const reason = entra?.reason ?? (name === 'invalid_grant' && !entra ? 'attemptExpired' : 'identityProviderError');
  return new SignInFailure(reason, {
    error: name,
    code: code ?? null,
    explanation: known?.explanation ?? 'The identity provider refused the sign-in.',
    remedy: known?.remedy ?? (reason === 'attemptExpired' ? again : askIt),
    description: withoutTrace(text),
    ...(status !== undefined && { status }),
  });
}

/** Entra ends its descriptions with a trace id, a correlation id and the time, which say nothing to a reader. */
function withoutTrace(description: string): string | null {
  const [text = ''] = description.slice(0, DESCRIPTION_LENGTH_MAX * 4).split(/\s*\b(?:Trace|Correlation) ID:/);
  return plainText(text, DESCRIPTION_LENGTH_MAX) || null;
}
