import type { Response } from 'express';
import type { SignInRefusal } from '../domain/sign-in/sign-in.ts';
import { queryOf } from './pages/links.ts';
import { refusalPage } from './pages/refusal-page.ts';
import type { SsoEdge } from './sso-edge.ts';

/**
 * The page of a refused sign-in. `state` is that of the attempt where what it proved may still be added to an account, by the
 * way in that the account has.
 */
export function sendRefusal(
  edge: SsoEdge,
  response: Response,
  refusal: SignInRefusal,
  { returnTo = null, state, isTest = false }: { returnTo?: string | null; state?: string; isTest?: boolean } = {},
): void {
  const page = refusalPage(edge.site, refusal, {
    at: edge.clock(),
    returnTo,
    isTest: isTest || refusal.detail.isTest === true,
    state: state ?? null,
    linkAddress: (method) =>
      state === undefined || edge.loginProviders[method] === undefined
        ? null
        : `${edge.site.base}/sign-in/${method}${queryOf({ link: state })}`,
  });
  edge.send(response, page);
}
