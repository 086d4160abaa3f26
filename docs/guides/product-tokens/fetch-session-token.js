/**
 * The session token for requests to your back end, and when it ends. Where nobody is signed in, the browser goes to sign in,
 * comes back to this page, and null is answered meanwhile. `rollcall` is where Rollcall is.
 */
export async function fetchSessionToken(rollcall) {
  const response = await fetch(`${rollcall}/session/token`, { method: 'POST', credentials: 'include' });
  const answer = await response.json();
  if (response.status === 401) {
    const signIn = new URL(answer.signInUrl);
    signIn.searchParams.set('returnTo', location.href);
    location.assign(signIn.href);
    return null;
  }
  if (!response.ok) throw new Error(`Rollcall gave no session token: ${answer.error}.`);
  return { token: answer.token, expiresAt: new Date(answer.expiresAt) };
}
