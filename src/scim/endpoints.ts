import { performBulk } from './bulk/bulk-endpoint.ts';
import {
  listResourceTypes,
  listSchemas,
  readResourceType,
  readSchema,
  readServiceProviderConfig,
} from './discovery.ts';
import type { Handler } from './exchange.ts';
import { answerMe } from './me.ts';
import { createGroup, deleteGroup, patchGroup, readGroup, replaceGroup } from './resources/group-endpoints.ts';
import { listGroups, listResources, listUsers } from './resources/list-endpoints.ts';
import { searchGroups, searchResources, searchUsers } from './resources/search-endpoints.ts';
import { createUser, deleteUser, patchUser, readUser, replaceUser } from './resources/user-endpoints.ts';

/** Every address below a directory's: by path in lower case, "*" for an id; then by method. */
export const endpoints: ReadonlyMap<string, ReadonlyMap<string, Handler>> = new Map([
  ['', methods({ GET: listResources })],
  ['.search', methods({ POST: searchResources })],
  ['users', methods({ GET: listUsers, POST: createUser })],
  ['users/.search', methods({ POST: searchUsers })],
  ['users/*', methods({ GET: readUser, PUT: replaceUser, PATCH: patchUser, DELETE: deleteUser })],
  ['groups', methods({ GET: listGroups, POST: createGroup })],
  ['groups/.search', methods({ POST: searchGroups })],
  ['groups/*', methods({ GET: readGroup, PUT: replaceGroup, PATCH: patchGroup, DELETE: deleteGroup })],
  ['serviceproviderconfig', methods({ GET: readServiceProviderConfig })],
  ['resourcetypes', methods({ GET: listResourceTypes })],
  ['resourcetypes/*', methods({ GET: readResourceType })],
  ['schemas', methods({ GET: listSchemas })],
  ['schemas/*', methods({ GET: readSchema })],
  ['bulk', methods({ POST: performBulk })],
  ['me', methods({ GET: answerMe, POST: answerMe, PUT: answerMe, PATCH: answerMe, DELETE: answerMe })],
]);

/** The value of `Allow`: whatever can be read answers HEAD too, and every address OPTIONS. */
export function allowedMethods(handlers: ReadonlyMap<string, Handler>): string {
  const named = [...handlers.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return [...named, 'OPTIONS'].join(', ');
}

function methods(handlers: Record<string, Handler>): ReadonlyMap<string, Handler> {
  return new Map(Object.entries(handlers));
}

export type Target = {
  readonly directoryId: string;
  readonly resourceId: string;
  /** With its "?", "" without a query. */
  readonly search: string;
  /** Undefined for an address that does not exist. */
  readonly methods: ReadonlyMap<string, Handler> | undefined;
};

/** What a URL below /scim/v2 names. Names are read in any case, empty segments (`//Users`, `/Users/`) are passed over. */
export function targetOf(url: string): Target {
  const start = url.indexOf('?');
  const path = start < 0 ? url : url.slice(0, start);
  const [directoryId = '', name = '', id, ...rest] = path.split('/').filter((segment) => segment !== '');
  const isSearch = id?.toLowerCase() === '.search';
  const resourceId = id === undefined || isSearch ? '' : decoded(id);
  const isKnown = rest.length === 0 && resourceId !== undefined;
  const pattern = `${name.toLowerCase()}${id === undefined ? '' : isSearch ? '/.search' : '/*'}`;
  return {
    directoryId,
    resourceId: resourceId ?? '',
    search: start < 0 ? '' : url.slice(start),
    methods: isKnown ? endpoints.get(pattern) : undefined,
  };
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
