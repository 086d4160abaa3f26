import type { ResourceTable } from '../../attributes/attribute.ts';
import { isJsonObject, type Json, type ResourceJson } from '../../attributes/json.ts';
import { isUrn } from '../../attributes/open-attribute.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../attributes/urns.ts';
import { etag } from './etag.ts';

/** What the store knows of a resource, ready to be shown. */
export type StoredResource = {
  readonly table: ResourceTable;
  readonly id: string;
  readonly resource: ResourceJson;
  readonly createdAt: Date | string;
  readonly lastModified: Date | string;
  readonly version: number;
  readonly location: string;
  /** Attributes kept apart from the document; left out when they were not asked for. */
  readonly readOnly?: { readonly groups?: Json[]; readonly members?: Json[] };
  /** The directory's SCIM address without a trailing slash, for references to other resources. */
  readonly baseUrl?: string;
};

/** The resource as an answer shows it: `schemas` names the extensions that have values, `meta` comes last. */
export function presentResource(stored: StoredResource): ResourceJson {
  const { table, id, resource, readOnly = {} } = stored;
  const { externalId, ...attributes } = resource;
  return {
    // In one order, whether the document was just written or comes from the store.
    schemas: [table.schema.id, ...Object.keys(attributes).filter(isUrn).sort()],
    id,
    ...(externalId === undefined ? {} : { externalId }),
    ...withManagerReference(attributes, stored.baseUrl),
    ...(readOnly.groups === undefined ? {} : { groups: readOnly.groups }),
    ...(readOnly.members === undefined ? {} : { members: readOnly.members }),
    meta: {
      resourceType: table.resourceType,
      created: isoTime(stored.createdAt),
      lastModified: isoTime(stored.lastModified),
      location: stored.location,
      version: etag(stored.version),
    },
  };
}

function withManagerReference(attributes: ResourceJson, baseUrl: string | undefined): ResourceJson {
  const enterprise = attributes[ENTERPRISE_USER_SCHEMA];
  if (baseUrl === undefined || !isJsonObject(enterprise) || !isJsonObject(enterprise.manager)) return attributes;
  const { manager } = enterprise;
  if (typeof manager.value !== 'string') return attributes;
  const $ref = `${baseUrl}/Users/${encodeURIComponent(manager.value)}`;
  return { ...attributes, [ENTERPRISE_USER_SCHEMA]: { ...enterprise, manager: { ...manager, $ref } } };
}

function isoTime(time: Date | string): string {
  return new Date(time).toISOString();
}
