import type { JobMemory } from '../job-memory.ts';
import type { Random } from '../random.ts';
import { listedPage, withId } from '../scim-answer.ts';
import type { ScimConnection } from '../scim-connection.ts';
import { equals, type JsonObject, patchOpUrn } from '../scim-wire.ts';
import { SimulationFailure } from '../simulation-failure.ts';
import type { SimulationTally } from '../simulation-summary.ts';

export const appKinds = ['catalogue', 'custom'] as const;

/**
 * Of the catalogue (OIN): PATCH for activation, deactivation, passwords and groups, PUT for profiles.
 * Custom, made by the integration wizard (AIW): PUT for everything.
 */
export type AppKind = (typeof appKinds)[number];

export interface OktaContext {
  connection: ScimConnection;
  tally: SimulationTally;
  memory: JobMemory;
  app: AppKind;
  syncsPasswords: boolean;
  membersPerRequest: number;
  random: Random;
}

export function patchBody(...operations: JsonObject[]): JsonObject {
  return { schemas: [patchOpUrn], Operations: operations };
}

/** The first resource whose attribute has the value; Okta takes a 404 for "nobody" too. */
export async function findMatch(
  connection: ScimConnection,
  path: '/Users' | '/Groups',
  attribute: string,
  value: string,
): Promise<(JsonObject & { id: string }) | undefined> {
  const query = [
    ['filter', equals(attribute, value)],
    ['startIndex', '1'],
    ['count', '100'],
  ] as const;
  try {
    const answer = await connection.request({ method: 'GET', path, query });
    const [match] = listedPage(answer).resources;
    return match && withId(match, answer);
  } catch (error) {
    if (error instanceof SimulationFailure && error.status === 404) return undefined;
    throw error;
  }
}
