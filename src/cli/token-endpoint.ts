import type { Config } from '../config.ts';

/** The address at which identity providers ask for access tokens. */
export function tokenEndpointOf({ publicUrl }: Pick<Config, 'publicUrl'>): string {
  return `${publicUrl}/oauth/token`;
}
