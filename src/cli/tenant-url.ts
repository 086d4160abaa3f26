import type { Config } from '../config.ts';

/** The address under which an identity provider reaches the directory. */
export function tenantUrlOf({ publicUrl }: Pick<Config, 'publicUrl'>, directoryId: string): string {
  return `${publicUrl}/scim/v2/${directoryId}`;
}
