import type { ConnectionCheck, IdentityProviders, SamlMetadata } from '../domain/connections/identity-providers.ts';
import type { OpenedConnection } from '../domain/connections/sign-in-connection.ts';
import { oidcPartyOf } from './oidc/oidc-party.ts';
import { OidcSignIn } from './oidc/oidc-sign-in.ts';
import { readMetadata } from './saml/metadata.ts';
import { SamlSignIn } from './saml/saml-sign-in.ts';

export interface ProtocolParts {
  /** Whether an identity provider may be at an address of this machine: for development and tests. */
  allowsLoopback: boolean;
  log: (level: 'warn' | 'error', event: string, facts: object) => void;
  clock?: () => Date;
}

/** Both protocols by which identity providers speak, as the rules and the sign-in pages need them. */
export class Protocols implements IdentityProviders {
  readonly oidc: OidcSignIn;
  readonly saml: SamlSignIn;
  readonly #clock: () => Date;

  constructor({ allowsLoopback, log, clock = () => new Date() }: ProtocolParts) {
    this.#clock = clock;
    this.oidc = new OidcSignIn({ allowsLoopback, log, clock });
    this.saml = new SamlSignIn({ clock });
  }

  readMetadata(xml: string): SamlMetadata {
    return readMetadata(xml, this.#clock());
  }

  async check(connection: OpenedConnection): Promise<ConnectionCheck[]> {
    return connection.protocol === 'oidc' ? this.oidc.check(oidcPartyOf(connection)) : this.saml.check(connection);
  }
}
