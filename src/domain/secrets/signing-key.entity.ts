import { defineEntity, p } from '@mikro-orm/core';

/** A key pair (ES256) by which session tokens are signed. Global. */
export class SigningKey {
  /** The `kid` of its JWK. */
  id!: string;
  publicJwk!: Record<string, unknown>;
  /** The private JWK, sealed. */
  sealedPrivateJwk!: string;
  createdAt!: Date;
  /** It signs from then on: it stands in the JWKS for a while before. */
  activeFrom!: Date;
  /** A newer one signs from then on: it stays in the JWKS until the last token that it signed has ended. */
  retiredAt!: Date | null;
}

export const signingKeySchema = defineEntity({
  class: SigningKey,
  tableName: 'signing_keys',
  properties: {
    id: p.text().primary(),
    publicJwk: p.json().$type<Record<string, unknown>>(),
    sealedPrivateJwk: p.text(),
    createdAt: p.datetime(),
    activeFrom: p.datetime(),
    retiredAt: p.datetime().nullable(),
  },
});
