import {
  listResourceTypes,
  listSchemas,
  readResourceType,
  readSchema,
  readServiceProviderConfig,
} from './discovery.ts';
import type { Handler } from './exchange.ts';
import {
  createGroup,
  deleteGroup,
  listGroups,
  patchGroup,
  readGroup,
  replaceGroup,
} from './resources/group-endpoints.ts';
import { createUser, deleteUser, listUsers, patchUser, readUser, replaceUser } from './resources/user-endpoints.ts';

/** By path in lower case, "*" for an id; then by method. */
const endpoints = new Map<string, ReadonlyMap<string, Handler>>([
  ['users', methods({ GET: listUsers, POST: createUser })],
  ['users/*', methods({ GET: readUser, PUT: replaceUser, PATCH: patchUser, DELETE: deleteUser })],
  ['groups', methods({ GET: listGroups, POST: createGroup })],
  ['groups/*', methods({ GET: readGroup, PUT: replaceGroup, PATCH: patchGroup, DELETE: deleteGroup })],
  ['serviceproviderconfig', methods({ GET: readServiceProviderConfig })],
  ['resourcetypes', methods({ GET: listResourceTypes })],
  ['resourcetypes/*', methods({ GET: readResourceType })],
  ['schemas', methods({ GET: listSchemas })],
  ['schemas/*', methods({ GET: readSchema })],
]);

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
  const resourceId = id === undefined ? '' : decoded(id);
  const isKnown = rest.length === 0 && resourceId !== undefined;
  const pattern = `${name.toLowerCase()}${id === undefined ? '' : '/*'}`;
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
