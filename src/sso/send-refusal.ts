import type { Response } from 'express';
import type { StartedAttempt } from '../domain/sign-in/sign-in-attempts.ts';
import type { SignInRefusal } from '../domain/sign-in/sign-in-outcome.ts';
import { queryOf } from './pages/links.ts';
import { refusalPage } from './pages/refusal-page.ts';
import type { SsoEdge } from './sso-edge.ts';

/** What of the attempt shows on the page; none is known of what answers nothing. */
type RefusedAttempt = Pick<StartedAttempt, 'returnTo' | 'purpose'> & { asksAnew?: boolean | undefined };

/**
 * The page of a refused sign-in. `state` is that of the attempt where what it proved may still be added to an account, by the
 * way in that the account has.
 */
export function sendRefusal(
  edge: SsoEdge,
  response: Response,
  refusal: SignInRefusal,
  { attempt, state = null }: { attempt: RefusedAttempt | undefined; state?: string | null },
): void {
  const page = refusalPage(edge.site, refusal, {
    at: edge.clock(),
    returnTo: attempt?.returnTo ?? null,
    isTest: attempt?.purpose === 'test' || refusal.detail.isTest === true,
    // A test asks anew as well, and takes nobody's sign-in for it.
    asksAnew: attempt?.asksAnew === true && attempt.purpose !== 'test',
    state,
    linkAddress: (method) =>
      state === null || edge.loginProviders[method] === undefined
        ? null
        : `${edge.site.base}/sign-in/${method}${queryOf({ link: state })}`,
  });
  edge.send(response, page);
}
