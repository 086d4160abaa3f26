import type { CustomFetch } from 'openid-client';
import { isIssuerAddress } from '../../domain/directory-credentials/issuer-address.ts';

const TIMEOUT_MILLISECONDS = 5_000;
const BODY_BYTES_MAX = 512 * 1024;
const ADDRESS_LENGTH_MAX = 2_048;

/** An identity provider names an address that is none of the public internet: the request would start inside our network. */
export class ForbiddenAddress extends Error {}

/** An identity provider answers more than anybody reads. */
export class AnswerTooLong extends Error {}

export interface GuardedFetchParts {
  /** For development and tests. */
  allowsLoopback: boolean;
  fetch?: typeof fetch;
}

/**
 * Whether an endpoint of an identity provider may be asked, or a browser be sent there. Unlike an issuer it may have a query:
 * those of Entra's customer tenants do.
 */
export function isEndpointAddress(text: string, { allowsLoopback }: { allowsLoopback: boolean }): boolean {
  const url = text.length <= ADDRESS_LENGTH_MAX ? URL.parse(text) : null;
  if (url === null) return false;
  url.search = '';
  return isIssuerAddress(url.href, { allowsLoopback });
}

/**
 * How openid-client asks identity providers: only addresses that may be asked, no redirects, which would lead to an address that
 * nobody has looked at, an answer within 5 seconds and of at most 512 KB.
 */
export function guardedFetch({ allowsLoopback, fetch: ask = fetch }: GuardedFetchParts): CustomFetch {
  return async (address, { body, headers, method, signal }) => {
    if (!isEndpointAddress(address, { allowsLoopback })) {
      throw new ForbiddenAddress('The identity provider names an address that is not asked.');
    }
    const timeout = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const response = await ask(address, {
      method,
      headers,
      body: (body ?? null) as NonNullable<RequestInit['body']> | null,
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const read = await readBounded(response);
    const type = response.headers.get('content-type');
    // Nothing else of the headers is needed, and a challenge would keep openid-client from reading the error in the body.
    return new Response(read.length > 0 ? read : null, {
      status: response.status,
      headers: type === null ? {} : { 'content-type': type },
    });
  };
}

async function readBounded(response: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > BODY_BYTES_MAX) throw new AnswerTooLong('The answer of the identity provider is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
