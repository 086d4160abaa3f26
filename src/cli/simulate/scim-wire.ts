/** What Entra writes on the wire. The simulator shares no constant with the server, so that a slip in one shows in the other. */
export const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const enterpriseUserUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group';
/** Entra adds this to every group it creates; it means nothing to a server. */
export const entraGroupUrn = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
export const patchOpUrn = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const listResponseUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `attribute eq "value"` with the value quoted as JSON (RFC 7644 §3.4.2.2). */
export function equals(attribute: string, value: string): string {
  return `${attribute} eq ${JSON.stringify(value)}`;
}
