import type { Exchange } from './exchange.ts';
import type { GraphDocument } from './graph-client.ts';
import type { ScimError } from './protocol/scim-error.ts';
import { GraphRefusal } from './scim-problems.ts';

type Payload = { readonly errors: readonly { code: string; message: string; path: string | null }[] };

/**
 * A write that a strict directory takes only where the request keeps to the letter of RFC 7643 and 7644. GraphQL says
 * whether the directory is one, by refusing; only then is `findDeparture` asked, so that nobody else pays for it.
 */
export async function writeStrictly<Success extends Payload, Variables extends { readonly input: object }>(
  exchange: Exchange,
  document: GraphDocument<{ [field: string]: Success }, Variables>,
  variables: Variables,
  findDeparture: () => ScimError | undefined,
): Promise<Success> {
  try {
    return await exchange.write(document, variables);
  } catch (error) {
    if (!(error instanceof GraphRefusal) || error.code !== 'DIRECTORY_IS_STRICT') throw error;
    const departure = findDeparture();
    if (departure !== undefined) throw departure;
    return exchange.write(document, { ...variables, input: { ...variables.input, isStandard: true } });
  }
}
