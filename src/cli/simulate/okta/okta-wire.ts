import type { WireHabits } from '../scim-connection.ts';

/** Of Okta's SCIM client: the headers of its reference, percent-encoded queries; a request without a usable answer is sent again. */
export const oktaHabits: WireHabits = {
  headers: {
    Accept: 'application/scim+json',
    'Accept-Charset': 'utf-8',
    'User-Agent': 'Okta SCIM Client 1.0.0',
    'Accept-Encoding': 'gzip,deflate',
  },
  encodeQuery: (parameters) => parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&'),
  // 400 and 409 are final.
  isRetried: (status) => status === undefined || status === 429 || status >= 500,
};
