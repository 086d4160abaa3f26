import { defineEntity, p } from '@mikro-orm/core';

/** A key under which secrets are sealed, itself sealed under the service's own (envelope encryption). Global. */
export class DataKey {
  id!: string;
  sealedKey!: string;
  createdAt!: Date;
  /** A newer one seals from then on; this one only opens. */
  retiredAt!: Date | null;
}

export const dataKeySchema = defineEntity({
  class: DataKey,
  tableName: 'data_keys',
  properties: {
    id: p.uuid().primary(),
    sealedKey: p.text(),
    createdAt: p.datetime(),
    retiredAt: p.datetime().nullable(),
  },
});
