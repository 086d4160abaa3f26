import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';

export const refusalReasons = [
  'tokenMissing',
  'tokenUnknown',
  'tokenRevoked',
  'tokenExpired',
  'tokenOfAnotherDirectory',
  'accessTokenExpired',
  'accessTokenRevoked',
  'clientSecretUnknown',
  'clientSecretRevoked',
  'clientSecretExpired',
  'clientDeleted',
  'assertionRefused',
  'scopeRefused',
  'directoryRetired',
] as const;
/** Why a call did not get in. */
export type RefusalReason = (typeof refusalReasons)[number];

/** Why somebody is refused, as the directory's admin reads it. */
export interface Refusal {
  reason: RefusalReason;
  /** The last four characters of the refused credential, where it was once one of this organization's. */
  tokenHint: string | null;
  /** What the reason alone does not say, such as the claim for which an assertion is refused. */
  detail: string | null;
}

/** Calls to a directory and requests for its access tokens that were refused at the door: one row an hour, reason and address, however many came. */
export class RefusedCalls {
  organizationId!: string;
  directoryId!: string;
  /** The beginning of the hour. */
  hour!: Date;
  reason!: RefusalReason;
  /** The caller's address; `other` where too many differ. */
  address!: string;
  /** The last four characters of the refused token or secret, where it was once one of this organization's. */
  tokenHint!: string | null;
  count!: number;
  lastMethod!: string;
  lastPath!: string;
  /** What the reason alone does not say of the last one, such as the claim for which an assertion was refused. */
  lastDetail!: string | null;
  firstAt!: Date;
  lastAt!: Date;
}

export const refusedCallsSchema = defineEntity({
  class: RefusedCalls,
  tableName: 'refused_calls',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    directoryId: p.uuid().primary(),
    hour: p.datetime().primary(),
    reason: p.text().$type<RefusalReason>().primary(),
    address: p.text().primary(),
    tokenHint: p.text().nullable(),
    count: p.integer(),
    lastMethod: p.text(),
    lastPath: p.text(),
    lastDetail: p.text().nullable(),
    firstAt: p.datetime(),
    lastAt: p.datetime(),
  },
});
