import type { Config } from '../../config.ts';
import { messageOf } from '../open-session.ts';
import { type Check, ok, wrong } from './check.ts';

const waitMillisecondsMax = 3_000;

/** Whether the issuers of "Continue with Google" and "Continue with Microsoft" answer, where they are set up. */
export function checkLogins({ loginProviders: { google, microsoft } }: Config): Promise<Check[]> {
  return Promise.all([
    ...(google ? [checkIssuer('Google', google.issuer)] : []),
    ...(microsoft ? [checkIssuer('Microsoft', microsoft.issuer)] : []),
  ]);
}

async function checkIssuer(name: 'Google' | 'Microsoft', issuer: string): Promise<Check> {
  const address = `${issuer}/.well-known/openid-configuration`;
  const advice = `Correct ${name.toUpperCase()}_ISSUER, or let this service reach it: nobody continues with ${name} until then.`;
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(waitMillisecondsMax) });
    const isIssuer = answer.ok && namesAnIssuer(await answer.text());
    if (isIssuer) return ok(name, `${issuer} answers`);
    return wrong(name, `${address} answers ${answer.status}, and is no configuration of an issuer`, advice);
  } catch (error) {
    return wrong(name, `${address} cannot be read: ${messageOf(error)}`, advice);
  }
}

function namesAnIssuer(text: string): boolean {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null && 'issuer' in document;
  } catch {
    return false;
  }
}
