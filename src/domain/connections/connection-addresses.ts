/** The addresses of a connection, below the one under which the service is reached. No slug stands in any. */
export interface ConnectionAddresses {
  /** OIDC: where the identity provider sends the browser back. */
  redirectUri: string;
  /** SAML: the Assertion Consumer Service. */
  acsUrl: string;
  /** SAML: our entity id, which is the address of our metadata too. */
  entityId: string;
}

/** `publicUrl` is without a trailing slash. */
export function connectionAddresses(publicUrl: string, connectionId: string): ConnectionAddresses {
  const base = `${publicUrl}/connections/${connectionId}`;
  return { redirectUri: `${base}/oidc/callback`, acsUrl: `${base}/saml/acs`, entityId: `${base}/saml/metadata` };
}

/** Where somebody who is signed in proves anew who they are, below the public URL. */
export const FRESH_SIGN_IN_PATH = '/sign-in/again';

/** Where the people of an organization sign in, below the public URL. */
export function signInPath(slug: string): string {
  return `/sso/${slug}`;
}

/** The same as whole addresses. */
export function freshSignInUrl(publicUrl: string): string {
  return `${publicUrl}${FRESH_SIGN_IN_PATH}`;
}

export function signInUrl(publicUrl: string, slug: string): string {
  return `${publicUrl}${signInPath(slug)}`;
}

/** Where a browser begins a test sign-in, with the secret that `ConnectionTests.start` gave. */
export function connectionTestUrl(publicUrl: string, connectionId: string, secret: string): string {
  return `${publicUrl}/connections/${connectionId}/test/${secret}`;
}
