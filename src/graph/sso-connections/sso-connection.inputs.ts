import { Field, ID, InputType, Int } from 'type-graphql';
import type { ConnectionProtocol, ConnectionStatus } from '../../domain/connections/connection.entity.ts';
import type { ConnectionOrderField } from '../../domain/connections/connections.store.ts';
import { orderedPageArgs } from '../connection.ts';
import { SsoConnectionStatusEnum, SsoProtocolEnum } from './sso-connection.type.ts';

export const SsoConnectionPageArgs = orderedPageArgs<ConnectionOrderField>('SsoConnection', {
  createdAt: 'When the connection was set up.',
  name: 'The name, in any case.',
});

@InputType({ description: 'Which SSO connections to list; what is absent does not narrow the list.' })
export class SsoConnectionFilterInput {
  @Field(() => [SsoProtocolEnum], { nullable: true, description: 'Those of any of these protocols.' })
  protocols?: ConnectionProtocol[] | null;

  @Field(() => [SsoConnectionStatusEnum], { nullable: true, description: 'Those in any of these states.' })
  statuses?: ConnectionStatus[] | null;
}

@InputType({ description: 'What every SSO connection has, whatever its protocol.' })
class SsoConnectionSettingsInput {
  @Field(() => String, { nullable: true, description: 'What it is called; null names it after its issuer.' })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The claim, or SAML attribute, that is the `externalId` of provisioned people. Null takes the usual one: `oid` or objectidentifier of Entra, `sub` of other OIDC issuers, `NameID` of other SAML ones.',
  })
  stableIdClaim?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether it makes users of people whom nobody provisioned, while there is no directory; null means false.',
  })
  allowsJustInTime?: boolean | null;
}

@InputType({ description: 'An SSO connection by OpenID Connect to set up.' })
export class CreateOidcConnectionInput extends SsoConnectionSettingsInput {
  @Field(() => String, {
    description: 'The issuer; for Entra that of your tenant: `https://login.microsoftonline.com/TENANT_ID/v2.0`.',
  })
  issuer: string;

  @Field(() => String, { description: 'The client id that the identity provider shows.' })
  clientId: string;

  @Field(() => String, { description: 'The client secret that it shows. It is kept sealed; nobody reads it again.' })
  clientSecret: string;
}

@InputType({ description: 'An SSO connection by SAML to set up.' })
export class CreateSamlConnectionInput extends SsoConnectionSettingsInput {
  @Field(() => String, { description: 'The metadata of the identity provider, the whole XML document.' })
  metadata: string;
}

@InputType({ description: 'Changes of an SSO connection. Absent fields are left as they are.' })
export class UpdateSsoConnectionInput extends SsoConnectionSettingsInput {
  @Field(() => ID, { description: 'The connection.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'OIDC: the new issuer; it cannot be cleared.' })
  issuer?: string | null;

  @Field(() => String, { nullable: true, description: 'OIDC: the new client id; it cannot be cleared.' })
  clientId?: string | null;

  @Field(() => String, { nullable: true, description: 'OIDC: the new client secret; it cannot be cleared.' })
  clientSecret?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'SAML: new metadata of the same identity provider; it cannot be cleared. Its certificates are believed beside those before, two at most, so that the identity provider changes over when it likes.',
  })
  metadata?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'SAML: the fingerprint of a certificate that is believed no longer; not the last one.',
  })
  removeCertificate?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Only while the connection has this version, else VERSION_CONFLICT.',
  })
  ifVersion?: number | null;
}

@InputType({ description: 'An SSO connection to let people sign in through.' })
export class EnableSsoConnectionInput {
  @Field(() => ID, { description: 'The connection.' })
  id: string;
}

@InputType({ description: 'An SSO connection through which nobody shall sign in any more.' })
export class DisableSsoConnectionInput {
  @Field(() => ID, { description: 'The connection.' })
  id: string;
}

@InputType({ description: 'An SSO connection to delete for good.' })
export class DeleteSsoConnectionInput {
  @Field(() => ID, { description: 'The connection.' })
  id: string;
}

@InputType({ description: 'An SSO connection to test.' })
export class TestSsoConnectionInput {
  @Field(() => ID, { description: 'The connection.' })
  id: string;
}
