/** Where somebody who is signed in proves anew who they are, below the public URL. */
export const FRESH_SIGN_IN_PATH = '/sign-in/again';

/** Where anybody begins to sign in, below the public URL. */
export const SIGN_IN_PATH = '/sign-in';

/** Where a sign-in that was verified is finished, below the public URL. */
export const FINISH_PATH = '/sign-in/finish';

/** Whether going on there goes on with another sign-in, that waits. */
export function isSignInThatWaits(returnTo: string | null): boolean {
  return returnTo?.startsWith(`${FINISH_PATH}?`) === true;
}

/** Where the people of an organization sign in by its connections, below the public URL. */
export function signInPath(slug: string): string {
  return `/sso/${slug}`;
}

/** The same as whole addresses. */
export function freshSignInUrl(publicUrl: string): string {
  return `${publicUrl}${FRESH_SIGN_IN_PATH}`;
}

export function signInUrl(publicUrl: string, slug: string): string {
  return `${publicUrl}${signInPath(slug)}`;
}

/** Where somebody signs in to an organization again: at its slug nobody is known while it has no connection. */
export function signInAgainUrl(
  publicUrl: string,
  { slug, hasConnection }: { slug: string; hasConnection: boolean },
): string {
  return hasConnection ? signInUrl(publicUrl, slug) : `${publicUrl}${SIGN_IN_PATH}`;
}
