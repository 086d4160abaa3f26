import { scimErrors } from './scim-error.ts';

export type ScimQuery = {
  filter?: string;
  attributes?: string;
  excludedAttributes?: string;
  startIndex?: string;
  count?: string;
  cursor?: string;
  sortBy?: string;
  sortOrder?: string;
};

/** The parameters by their names in lower case. */
export const queryNames = new Map<string, keyof ScimQuery>(
  (['filter', 'attributes', 'excludedAttributes', 'startIndex', 'count', 'cursor', 'sortBy', 'sortOrder'] as const).map(
    (name) => [name.toLowerCase(), name],
  ),
);

/**
 * The SCIM parameters of a query string, with or without its "?", decoded by form rules: Entra writes `+` for a space. Names
 * in any case, other parameters (Entra's flags) ignored, of doubles the last. 400 `invalidSyntax` for a wrong encoding.
 */
export function readQuery(search: string): ScimQuery {
  const query: ScimQuery = {};
  for (const part of search.replace(/^\?/, '').split('&')) {
    const equals = part.indexOf('=');
    const name = queryNames.get(decoded(equals < 0 ? part : part.slice(0, equals)).toLowerCase());
    if (name !== undefined) query[name] = equals < 0 ? '' : decoded(part.slice(equals + 1));
  }
  return query;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw scimErrors.invalidSyntax('The query string is not encoded correctly');
  }
}
