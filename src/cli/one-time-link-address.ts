/** Where somebody opens a one-time link. */
export function oneTimeLinkAddress(publicUrl: string, secret: string): string {
  return `${publicUrl}/sign-in/link/${secret}`;
}
