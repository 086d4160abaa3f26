import { DomainError } from '../domain-error.ts';
import type { ConnectionCertificate } from './connection.entity.ts';
import type { OpenedConnection } from './sign-in-connection.ts';

/** One thing that was looked at where a connection is tested. */
export interface ConnectionCheck {
  name: string;
  isOk: boolean;
  /** What was found; where it is not as it should be, what to do. */
  message: string;
}

/** What the metadata of a SAML identity provider says. */
export interface SamlMetadata {
  /** Its entity id. */
  issuer: string;
  /** Its single sign-on service of the HTTP-Redirect binding. */
  ssoUrl: string;
  certificates: ConnectionCertificate[];
}

/** The protocols by which identity providers speak, as the rules need them; implemented in src/sso. */
export interface IdentityProviders {
  /** What it says, of whatever length and with whatever address. Throws `invalidValue` with the path `metadata`. */
  readMetadata(xml: string): SamlMetadata;
  /** Looks at everything that needs nobody to sign in. Never rejects for what the identity provider does. */
  check(connection: OpenedConnection): Promise<ConnectionCheck[]>;
}

/** For a domain that is composed without protocols, as the tests of other rules do. */
export const noIdentityProviders: IdentityProviders = {
  readMetadata: () => {
    throw new DomainError('invalidValue', 'metadata cannot be read here.', { path: 'metadata' });
  },
  check: async () => [],
};
