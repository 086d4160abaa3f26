import { ScimError } from '../../../src/scim/protocol/scim-error.ts';

/** What a call is refused with, as "400 invalidFilter"; fails the test when it is not refused by a ScimError. */
export function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof ScimError) return `${error.status} ${error.scimType ?? ''}`.trim();
    throw error;
  }
  throw new Error('It was not refused');
}
