import { v4 as uuid } from 'uuid';

/** What the provisioning service of one customer says in its assertions (AzureAD/SCIMReferenceCode, 9 June 2026). */
export const entraTenant = {
  tenantId: 'ce5f061f-abe6-4e40-9615-301f87bcb7f0',
  audience: 'api://b5ba7a93-4452-4522-aeb4-a2b5da870c16',
  authorizedParty: 'b5ba7a93-4452-4522-aeb4-a2b5da870c16',
  subject: 'd2f8ee76-c549-45b8-a143-f5b640669704',
} as const;

/** The claims of a fresh assertion, as Microsoft documents them. */
export function entraClaims(issuer: string, now = new Date()): Record<string, unknown> {
  const seconds = Math.floor(now.getTime() / 1000);
  return {
    aud: entraTenant.audience,
    iss: issuer,
    iat: seconds,
    nbf: seconds,
    exp: seconds + 3900,
    appid: entraTenant.authorizedParty,
    appidacr: '2',
    idp: issuer,
    oid: entraTenant.subject,
    sub: entraTenant.subject,
    tid: entraTenant.tenantId,
    uti: uuid(),
    ver: '2.0',
  };
}
