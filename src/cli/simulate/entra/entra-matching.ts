import { listedPage, withId } from '../scim-answer.ts';
import type { ScimAnswer, ScimConnection } from '../scim-connection.ts';
import { equals, type JsonObject } from '../scim-wire.ts';
import { SimulationFailure } from '../simulation-failure.ts';
import type { Person, TenantGroup } from '../tenant-objects.ts';
import type { ExternalIdSource } from './entra-mapping.ts';
import { QuarantineError } from './quarantine.ts';

export const userMatchingAttributes = ['userName', 'externalId', 'mail'] as const;
export const groupMatchingAttributes = ['displayName', 'externalId'] as const;

/** Matching attributes in the order of their precedence: the first that finds somebody wins. */
export interface Matching {
  users: readonly (typeof userMatchingAttributes)[number][];
  groups: readonly (typeof groupMatchingAttributes)[number][];
}

export const defaultMatching: Matching = { users: ['userName'], groups: ['displayName'] };

type Collection = '/Users' | '/Groups';

/** One lookup: a filter path and the value it must have. */
interface Lookup {
  path: string;
  value: string | undefined;
}

const mailPath = 'emails[type eq "work"].value';

export function userLookups({ users }: Matching, person: Person, externalId: ExternalIdSource): Lookup[] {
  const lookups = {
    userName: { path: 'userName', value: person.userPrincipalName },
    externalId: { path: 'externalId', value: person[externalId] },
    mail: { path: mailPath, value: person.mail },
  };
  return users.map((name) => lookups[name]);
}

export function groupLookups({ groups }: Matching, group: TenantGroup): Lookup[] {
  const lookups = {
    displayName: { path: 'displayName', value: group.displayName },
    externalId: { path: 'externalId', value: group.objectId },
  };
  return groups.map((name) => lookups[name]);
}

/** The paths that a connection test asks for: the first matching attribute of each kind. */
export function probedPaths({ users: [user = 'userName'], groups: [group = 'displayName'] }: Matching) {
  return [
    ['/Users', user === 'mail' ? mailPath : user],
    ['/Groups', group],
  ] as const;
}

/** The resource that the first successful lookup finds, with its id, or undefined; several are DuplicateTargetEntries. */
export async function findMatch(
  connection: ScimConnection,
  collection: Collection,
  lookups: readonly Lookup[],
): Promise<(JsonObject & { id: string }) | undefined> {
  for (const { path, value } of lookups) {
    if (value === undefined) continue;
    const answer = await connection
      .request({ method: 'GET', path: collection, query: matchQuery(collection, equals(path, value)) })
      .catch(asQuarantine);
    const { resources } = listedPage(answer);
    if (resources.length > 1) {
      throw new SimulationFailure({
        code: 'DuplicateTargetEntries',
        message: `${resources.length} resources match ${path} "${value}".`,
        request: answer.request,
        status: answer.status,
      });
    }
    const [match] = resources;
    if (match && collection === '/Groups') requireNoMembers(match, answer);
    if (match) return withId(match, answer);
  }
  return undefined;
}

/** RFC 7644 allows 404 for a filter without a hit, Entra does not. */
function asQuarantine(error: unknown): never {
  if (error instanceof SimulationFailure && error.status === 404) {
    throw QuarantineError.of(error, 'A filter without a hit must be answered with 200 and an empty list.');
  }
  throw error;
}

/** Entra writes excludedAttributes before the filter. */
function matchQuery(collection: Collection, filter: string): [string, string][] {
  return collection === '/Groups'
    ? [
        ['excludedAttributes', 'members'],
        ['filter', filter],
      ]
    : [['filter', filter]];
}

/** A server that answers members although they were excluded makes Entra replace memberships with partial lists. */
export function requireNoMembers(resource: JsonObject, answer: ScimAnswer): void {
  if (!('members' in resource)) return;
  throw new SimulationFailure({
    code: 'SystemForCrossDomainIdentityManagementMultipleEntriesInResponse',
    message: 'The answer carries members although excludedAttributes=members was asked for.',
    request: answer.request,
    status: answer.status,
  });
}
