import type { Config } from '../config.ts';
import type { WorkloadIdentityRow } from '../domain/directory-credentials/workload-identities.store.ts';
import { tenantUrlOf, tokenEndpointOf } from '../domain/public-address.ts';
import { type Terminal, table } from './terminal.ts';

/** What a workload identity says, as JSON. */
export function workloadIdentityJson(config: Pick<Config, 'publicUrl'>, identity: WorkloadIdentityRow) {
  const { clientId, directoryId, issuer, jwksUri, tenantId, audience, subject, authorizedParty, scopes } = identity;
  return {
    clientId,
    tokenEndpoint: tokenEndpointOf(config),
    tenantUrl: tenantUrlOf(config, directoryId),
    issuer,
    jwksUri,
    tenantId,
    audience,
    subject,
    authorizedParty,
    scopes,
    lastUsedAt: identity.lastUsedAt,
  };
}

/** What goes into Entra, and what has to stand in its assertions. */
export function workloadIdentityText(
  { paint }: Terminal,
  config: Pick<Config, 'publicUrl'>,
  identity: WorkloadIdentityRow,
): string {
  const { clientId, directoryId } = identity;
  return [
    'Paste these into Entra (Connectivity, Workload Identity Federation):',
    '',
    table(
      [
        ['Client ID', paint('cyan', clientId)],
        ['Token URL', paint('cyan', tokenEndpointOf(config))],
        ['SCIM URL', paint('cyan', tenantUrlOf(config, directoryId))],
      ],
      '  ',
    ),
    '',
    'Its assertions have to say:',
    '',
    table(
      [
        ['iss', identity.issuer],
        ['tid', identity.tenantId],
        ['aud', identity.audience],
        ['sub', identity.subject],
        ['azp', identity.authorizedParty],
      ],
      '  ',
    ),
  ].join('\n');
}
