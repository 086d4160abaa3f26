/** Where others reach this installation. */
export interface PublicAddress {
  /** Without a trailing slash. Read when it is needed: with a port that the system chooses it is known late. */
  readonly publicUrl: string;
}

/** Where the identity provider of a directory sends SCIM requests: the "Tenant URL". */
export function tenantUrlOf({ publicUrl }: PublicAddress, directoryId: string): string {
  return `${publicUrl}/scim/v2/${directoryId}`;
}

/** Where identity providers ask for access tokens. */
export function tokenEndpointOf({ publicUrl }: PublicAddress): string {
  return `${publicUrl}/oauth/token`;
}
