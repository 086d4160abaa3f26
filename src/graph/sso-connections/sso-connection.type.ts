import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { ConnectionProtocol, ConnectionStatus } from '../../domain/connections/connection.entity.ts';
import { ActorType } from '../api-keys/actor.type.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar, JSONScalar } from '../scalars.ts';

export const SsoProtocolEnum = graphEnum<ConnectionProtocol>('SsoProtocol', 'How an identity provider speaks.', {
  oidc: 'OpenID Connect 1.0.',
  saml: 'SAML 2.0.',
});

export const SsoConnectionStatusEnum = graphEnum<ConnectionStatus>(
  'SsoConnectionStatus',
  'The life of an SSO connection.',
  {
    draft: 'Nobody signs in through it, but to test it.',
    enabled: 'People sign in through it.',
    disabled: 'Nobody signs in through it any more.',
  },
);

@ObjectType('SsoCertificate', {
  simpleResolvers: true,
  description: 'A certificate by which a SAML identity provider signs.',
})
export class SsoCertificateType {
  @Field(() => String, { description: 'SHA-256 of the certificate, in lower-case hexadecimal digits.' })
  fingerprint: string;

  @Field(() => DateTimeScalar, { description: 'When it begins.' })
  notBefore: Date;

  @Field(() => DateTimeScalar, { description: 'When it ends: import metadata with another before.' })
  notAfter: Date;
}

@ObjectType('SsoConnection', {
  simpleResolvers: true,
  implements: NodeType,
  description: 'A configured SSO identity provider: it says who the people of the organization are.',
})
export class SsoConnectionType {
  @Field(() => ID, { description: 'The id of the connection, a part of its addresses.' })
  id: string;

  @Field(() => String, { description: 'What it is called.' })
  name: string;

  @Field(() => SsoProtocolEnum, { description: 'How its identity provider speaks.' })
  protocol: ConnectionProtocol;

  @Field(() => SsoConnectionStatusEnum, { description: 'Where it stands.' })
  status: ConnectionStatus;

  @Field(() => String, { description: 'OIDC: the issuer, as the claim `iss` spells it. SAML: the entity id.' })
  issuer: string;

  @Field(() => String, { nullable: true, description: 'OIDC: what we call ourselves by there; null for SAML.' })
  clientId: string | null;

  @Field(() => Boolean, { description: 'Whether it has a client secret. Nobody can read it again.' })
  hasClientSecret: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'OIDC with Microsoft Entra ID: the tenant that the claim `tid` has to name; null for others.',
  })
  tenantId: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'SAML: where people are sent to sign in; null for OIDC.',
  })
  ssoUrl: string | null;

  @Field(() => String, {
    description: 'The claim, or SAML attribute, that is compared with the `externalId` of provisioned people.',
  })
  stableIdClaim: string;

  @Field(() => Boolean, {
    description: 'Whether it makes users of people whom nobody provisioned; only while there is no directory.',
  })
  allowsJustInTime: boolean;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When a test sign-in last came back; null for never, and again after a change of what the test was about.',
  })
  testedAt: Date | null;

  @Field(() => JSONScalar, { nullable: true, description: 'What that sign-in brought, claim by claim.' })
  testedClaims: Record<string, unknown> | null;

  @Field(() => Int, {
    description: 'Rises with every change; give it as `ifVersion` to change only what you have seen.',
  })
  version: number;

  @Field(() => ActorType, { description: 'Who set it up.' })
  createdBy: ActorType;

  @Field(() => DateTimeScalar, { description: 'When it was set up.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt: Date;
}

export const SsoConnectionConnection = connectionType('SsoConnection', () => SsoConnectionType);

@ObjectType('SsoConnectionCheck', {
  simpleResolvers: true,
  description: 'One thing that was looked at where a connection is tested.',
})
export class SsoConnectionCheckType {
  @Field(() => String, { description: 'What was looked at.' })
  name: string;

  @Field(() => Boolean, { description: 'Whether it is as it should be.' })
  isOk: boolean;

  @Field(() => String, { description: 'What was found; where it is not as it should be, what to do.' })
  message: string;
}
