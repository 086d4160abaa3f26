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

/** Where a browser begins a test sign-in, with the secret that `ConnectionTests.start` gave. */
export function connectionTestUrl(publicUrl: string, connectionId: string, secret: string): string {
  return `${publicUrl}/connections/${connectionId}/test/${secret}`;
}
