import { statement } from '../../database/statement.ts';

export interface SigningKeyRow {
  id: string;
  publicJwk: Record<string, unknown>;
  sealedPrivateJwk: string;
  createdAt: Date;
  activeFrom: Date;
  retiredAt: Date | null;
}

const COLUMNS = `id, public_jwk as "publicJwk", sealed_private_jwk as "sealedPrivateJwk", created_at as "createdAt",
  active_from as "activeFrom", retired_at as "retiredAt"`;

// Signing keys are global: without a transaction `$1` is no organization, and inside one it is the nil UUID.
export const lookUpKeys = statement<SigningKeyRow>(`select ${COLUMNS} from signing_keys order by active_from, id`);

export const selectKeys = statement<SigningKeyRow>(
  `select ${COLUMNS} from signing_keys where $1::uuid is not null order by active_from, id`,
);
export const insertKey = statement<SigningKeyRow>(
  `insert into signing_keys (id, public_jwk, sealed_private_jwk, created_at, active_from)
   select $2, $3::jsonb, $4, $5::timestamptz, $6::timestamptz where $1::uuid is not null returning ${COLUMNS}`,
);
/** `$2` the keys that another one follows, `$3` when. */
export const retireKeys = statement<never>(
  `update signing_keys set retired_at = $3 where id = any($2::text[]) and $1::uuid is not null
      and (retired_at is null or retired_at > $3)`,
);
/** Only as it was read: whoever sealed it anew meanwhile was first. */
export const replaceSealedKey = statement<{ id: string }>(
  'update signing_keys set sealed_private_jwk = $2 where id = $1 and sealed_private_jwk = $3 returning id',
);
/** Those retired before `$1`. */
export const deleteRetiredKeys = statement<{ id: string }>(
  'delete from signing_keys where retired_at < $1 returning id',
);
