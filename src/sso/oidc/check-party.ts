import { type Configuration, genericGrantRequest, type ServerMetadata } from 'openid-client';
import type { ConnectionCheck } from '../../domain/connections/identity-providers.ts';
import type { SignInFailure } from '../sign-in-failure.ts';
import { ID_TOKEN_ALGORITHMS, type OidcConfigurations } from './oidc-configurations.ts';
import { toSignInFailure } from './oidc-failure.ts';
import type { OidcParty } from './oidc-party.ts';

/**
 * What of an identity provider can be looked at while nobody signs in: its discovery document, what it supports, its keys, and
 * whether it takes the client id and secret. What cannot be read ends the list. Never rejects for what it does.
 */
export async function checkParty(party: OidcParty, configurations: OidcConfigurations): Promise<ConnectionCheck[]> {
  try {
    const configuration = await configurations.discover(party);
    const metadata = configuration.serverMetadata();
    return [
      passed('discovery', `The configuration of ${party.issuer} can be read.`),
      passed('issuer', 'The identity provider names itself as the connection does.'),
      passed('endpoints', 'All addresses that it names may be asked.'),
      checkCodeFlow(metadata),
      checkPkce(metadata),
      checkAlgorithms(metadata),
      await checkKeys(metadata, { party, configurations }),
      checkClientAuthentication(metadata),
      await checkSecret(configuration, party),
    ];
  } catch (error) {
    return [discoveryFailed(toSignInFailure(error, party), party)];
  }
}

function passed(name: string, message: string): ConnectionCheck {
  return { name, isOk: true, message };
}

function failed(name: string, message: string): ConnectionCheck {
  return { name, isOk: false, message };
}

function discoveryFailed({ detail }: SignInFailure, { issuer }: OidcParty): ConnectionCheck {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  if (typeof detail.receivedIssuer === 'string') {
    return failed('issuer', `${address} names the issuer ${detail.receivedIssuer}. Enter the issuer exactly so.`);
  }
  if (detail.problem === 'address') return failed('endpoints', `${address} names an address that is not public https.`);
  const status = typeof detail.status === 'number' ? ` It answers ${detail.status}.` : '';
  return failed(
    'discovery',
    `${address} cannot be read.${status} Compare the issuer with that of the identity provider.`,
  );
}

function checkCodeFlow({ response_types_supported: types }: ServerMetadata): ConnectionCheck {
  return !Array.isArray(types) || types.includes('code')
    ? passed('codeFlow', 'Authorization codes are supported.')
    : failed(
        'codeFlow',
        'Authorization codes are not supported. Allow the authorization code flow at the identity provider.',
      );
}

function checkPkce({ code_challenge_methods_supported: methods }: ServerMetadata): ConnectionCheck {
  // Entra supports it without saying so.
  if (!Array.isArray(methods)) return passed('pkce', 'PKCE is not announced; it is used all the same.');
  return methods.includes('S256')
    ? passed('pkce', 'PKCE with S256 is supported.')
    : failed('pkce', 'PKCE with S256 is not supported. Allow it at the identity provider.');
}

function checkAlgorithms({ id_token_signing_alg_values_supported: algorithms }: ServerMetadata): ConnectionCheck {
  const accepted = Array.isArray(algorithms)
    ? algorithms.filter((name) => ID_TOKEN_ALGORITHMS.includes(name))
    : ['RS256'];
  return accepted.length > 0
    ? passed('idTokenAlgorithms', `Id tokens are signed by ${accepted.join(' or ')}.`)
    : failed(
        'idTokenAlgorithms',
        'Id tokens are signed by no accepted algorithm. Choose RS256 at the identity provider.',
      );
}

async function checkKeys(
  metadata: ServerMetadata,
  { party, configurations }: { party: OidcParty; configurations: OidcConfigurations },
): Promise<ConnectionCheck> {
  try {
    const { keys } = (await configurations.readKeys(metadata)) as { keys?: unknown };
    const usable = (Array.isArray(keys) ? keys : []).filter(isSigningKey).length;
    return usable > 0
      ? passed('keys', `${usable} signing ${usable === 1 ? 'key' : 'keys'} can be read.`)
      : failed('keys', `${String(metadata.jwks_uri)} names no key that signs.`);
  } catch (error) {
    const { detail } = toSignInFailure(error, party);
    const status = typeof detail.status === 'number' ? ` It answers ${detail.status}.` : '';
    return failed('keys', `${String(metadata.jwks_uri)} cannot be read.${status}`);
  }
}

function isSigningKey(key: unknown): boolean {
  const { kty, use } = (key ?? {}) as { kty?: unknown; use?: unknown };
  return (kty === 'RSA' || kty === 'EC') && (use === undefined || use === 'sig');
}

function checkClientAuthentication({
  token_endpoint_auth_methods_supported: methods,
}: ServerMetadata): ConnectionCheck {
  const known = ['client_secret_basic', 'client_secret_post'];
  return !Array.isArray(methods) || methods.some((method) => known.includes(method))
    ? passed('clientAuthentication', 'A client secret is accepted.')
    : failed('clientAuthentication', 'No client secret is accepted, and this service has no other proof.');
}

/**
 * Asks for tokens by a code that cannot exist: who refuses the secret says so, who takes it refuses the code. Some, Entra among
 * them, may look at the code first, which leaves it open.
 */
async function checkSecret(configuration: Configuration, party: OidcParty): Promise<ConnectionCheck> {
  try {
    await genericGrantRequest(configuration, 'authorization_code', {
      code: 'connection-test',
      redirect_uri: 'https://connection-test.example/',
      code_verifier: 'connection-test-connection-test-connection-test',
    });
    return failed('clientSecret', 'The identity provider takes any code.');
  } catch (error) {
    const { error: name, explanation, remedy } = toSignInFailure(error, party).detail;
    if (name === 'invalid_client' || name === 'unauthorized_client') {
      return failed('clientSecret', `${String(explanation)} ${String(remedy)}`);
    }
    return name === 'invalid_grant'
      ? passed('clientSecret', 'The identity provider does not refuse the client id and secret.')
      : passed('clientSecret', 'Whether the client secret is right shows when somebody signs in.');
  }
}
