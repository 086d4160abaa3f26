import type { Exchange, Reply } from './exchange.ts';
import type { ScimError } from './protocol/scim-error.ts';
import type { ProvisioningLog } from './provisioning-log.ts';
import { GraphRefusal, isKnownCode } from './scim-problems.ts';

/** A reply, and what was refused or failed if it is one of those. */
export type Answered = Reply & { readonly error?: ScimError };

const outcomesByStatus = new Map([
  [403, 'forbidden'],
  [404, 'notFound'],
  [405, 'methodNotAllowed'],
  [406, 'notAcceptable'],
  [412, 'versionConflict'],
  [413, 'payloadTooLarge'],
  [415, 'unsupportedMediaType'],
  [501, 'notImplemented'],
]);

/** Hands reads, refusals and failures to the provisioning log; writes tell of themselves. */
export function recordAnswer(log: ProvisioningLog, exchange: Exchange, reply: Answered): void {
  const { directoryId, resourceId, call } = exchange;
  const { status, error, outcome, detail } = reply;
  if (error === undefined) {
    if (outcome === undefined) return;
    log.add({ kind: 'reads', directoryId, resourceId, call, outcome, detail: { status, ...detail } });
  } else {
    const facts = { status, ...(error.scimType && { scimType: error.scimType }), message: error.detail };
    log.add({ kind: 'refusals', directoryId, resourceId, call, outcome: outcomeOf(error), detail: facts });
  }
}

/** The code as the domain spells it: `userNameTaken`. A code that this facade does not know would not be taken back. */
function outcomeOf(error: ScimError): string {
  if (!(error instanceof GraphRefusal)) return error.scimType ?? outcomesByStatus.get(error.status) ?? 'failed';
  if (!isKnownCode(error.code)) return 'failed';
  return error.code.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
