import type { WireHabits } from '../scim-connection.ts';

/** Of Entra's provisioning service: no User-Agent, form-encoded queries; what fails is tried again in the next cycle. */
export const entraHabits: WireHabits = {
  headers: {},
  encodeQuery: (parameters) =>
    new URLSearchParams(parameters.map(([name, value]): [string, string] => [name, value])).toString(),
  // Whether Entra obeys Retry-After is contradictory; "retried automatically" is what its log says of a 429.
  isRetried: (status) => status === 429,
};

export const dialectFlag = 'aadOptscim062020';
