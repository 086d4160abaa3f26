import type { Attribute, ResourceTable, SchemaTable } from '../attributes/attribute.ts';
import { isJsonObject, type JsonObject } from '../attributes/json.ts';
import { groupTable, userTable } from '../attributes/resource-tables.ts';
import { RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA, SERVICE_PROVIDER_CONFIG_SCHEMA } from '../attributes/urns.ts';
import { BULK_OPERATIONS_MAX } from './bulk/bulk-request.ts';
import { listDirectorySchemasDocument } from './documents/operations.ts';
import type { Exchange, Reply } from './exchange.ts';
import { CURSOR_TIMEOUT_SECONDS, listEnvelope, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from './protocol/list.ts';
import { scimErrors } from './protocol/scim-error.ts';
import { BODY_BYTES_MAX } from './request-body.ts';

/** What a discovery address answers, without its `meta`, and where it is found. */
type Described = { readonly path: string; readonly resourceType: string; readonly content: JsonObject };

const tables = [userTable, groupTable];

const serviceProviderConfig: Described = {
  path: '/ServiceProviderConfig',
  resourceType: 'ServiceProviderConfig',
  content: {
    schemas: [SERVICE_PROVIDER_CONFIG_SCHEMA],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: BULK_OPERATIONS_MAX, maxPayloadSize: BODY_BYTES_MAX },
    filter: { supported: true, maxResults: PAGE_SIZE_MAX },
    // RFC 9865 §4.
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: PAGE_SIZE_DEFAULT,
      maxPageSize: PAGE_SIZE_MAX,
      cursorTimeout: CURSOR_TIMEOUT_SECONDS,
    },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A bearer token of the directory in the Authorization header.',
        specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
        primary: true,
      },
      {
        type: 'oauth2',
        name: 'OAuth 2.0 Client Credentials',
        description: 'An access token of an OAuth client of the directory, from /oauth/token.',
        specUri: 'https://www.rfc-editor.org/rfc/rfc6749#section-4.4',
        primary: false,
      },
    ],
  },
};

const standardSchemas = tables.flatMap(({ schema, extensions }) => [schema, ...extensions]).map(describeSchema);

/** RFC 7643 §5. */
export function readServiceProviderConfig(exchange: Exchange): Reply {
  refuseFilter(exchange);
  return { status: 200, body: located(exchange, serviceProviderConfig), outcome: 'serviceProviderConfigRead' };
}

/** RFC 7643 §6. */
export async function listResourceTypes(exchange: Exchange): Promise<Reply> {
  return described(exchange, await resourceTypesOf(exchange), 'resourceTypesRead');
}

export async function readResourceType(exchange: Exchange): Promise<Reply> {
  return oneDescribed(exchange, await resourceTypesOf(exchange), 'resourceTypeRead');
}

/** RFC 7643 §7. */
export async function listSchemas(exchange: Exchange): Promise<Reply> {
  return described(exchange, await schemasOf(exchange), 'schemasRead');
}

export async function readSchema(exchange: Exchange): Promise<Reply> {
  return oneDescribed(exchange, await schemasOf(exchange), 'schemaRead');
}

async function resourceTypesOf(exchange: Exchange): Promise<Described[]> {
  const declared = await declaredSchemas(exchange);
  return tables.map((table) => {
    const own = declared.filter(({ resourceType }) => resourceType === table.resourceType.toUpperCase());
    return describeResourceType(table, own);
  });
}

async function schemasOf(exchange: Exchange): Promise<Described[]> {
  const declared = await declaredSchemas(exchange);
  return [...standardSchemas, ...declared.map(({ content }) => describedSchema(content))];
}

/** A schema that the organization declared; GraphQL gives its content as RFC 7643 §7 has it. */
type Declared = { readonly resourceType: string; readonly content: JsonObject };

async function declaredSchemas(exchange: Exchange): Promise<Declared[]> {
  const { directoryId } = exchange;
  const { directorySchemas } = await exchange.read(listDirectorySchemasDocument, { directoryId });
  return directorySchemas.flatMap(({ resourceType, definition }) =>
    isJsonObject(definition) ? [{ resourceType, content: definition }] : [],
  );
}

function described(exchange: Exchange, all: readonly Described[], outcome: string): Reply {
  refuseFilter(exchange);
  const resources = all.map((one) => located(exchange, one));
  const { length } = resources;
  const body = { ...listEnvelope({ totalResults: length, startIndex: 1, itemsPerPage: length }), Resources: resources };
  return { status: 200, body, outcome };
}

function oneDescribed(exchange: Exchange, all: readonly Described[], outcome: string): Reply {
  refuseFilter(exchange);
  const id = exchange.resourceId.toLowerCase();
  const one = all.find(({ content }) => String(content.id).toLowerCase() === id);
  if (one === undefined) throw scimErrors.notFound('There is nothing of this name');
  return { status: 200, body: located(exchange, one), outcome };
}

/** RFC 7644 §4: a filter here is answered with 403, so that nobody takes the whole list for its result. */
function refuseFilter(exchange: Exchange): void {
  if (exchange.query.filter !== undefined) throw scimErrors.forbidden('Discovery cannot be filtered');
}

function located(exchange: Exchange, { path, resourceType, content }: Described): JsonObject {
  return { ...content, meta: { resourceType, location: `${exchange.baseUrl}${path}` } };
}

function describeResourceType(table: ResourceTable, declared: readonly Declared[]): Described {
  const { resourceType, endpoint, schema, extensions } = table;
  const ids = [...extensions.map(({ id }) => id), ...declared.map(({ content }) => String(content.id))];
  const schemaExtensions = ids.map((id) => ({ schema: id, required: false }));
  return {
    path: `/ResourceTypes/${resourceType}`,
    resourceType: 'ResourceType',
    content: {
      schemas: [RESOURCE_TYPE_SCHEMA],
      id: resourceType,
      name: resourceType,
      description: schema.description,
      endpoint,
      schema: schema.id,
      ...(schemaExtensions.length === 0 ? {} : { schemaExtensions }),
    },
  };
}

function describeSchema({ id, name, description, attributes }: SchemaTable): Described {
  return describedSchema({ id, name, description, attributes: attributes.map(describeAttribute) });
}

function describedSchema(content: JsonObject): Described {
  return {
    path: `/Schemas/${content.id}`,
    resourceType: 'Schema',
    content: { schemas: [SCHEMA_SCHEMA], ...content },
  };
}

/** Only what RFC 7643 §7 defines; the tables hold more. Types without a text have no letter case. */
function describeAttribute(attribute: Attribute): JsonObject {
  const { name, type, multiValued, description, required, caseExact, mutability, returned, uniqueness } = attribute;
  const { canonicalValues, referenceTypes, subAttributes } = attribute;
  const hasText = type === 'string' || type === 'reference' || type === 'binary';
  return {
    name,
    type,
    multiValued,
    description,
    required,
    ...(hasText ? { caseExact } : {}),
    mutability,
    returned,
    uniqueness,
    ...(canonicalValues === undefined ? {} : { canonicalValues: [...canonicalValues] }),
    ...(referenceTypes === undefined ? {} : { referenceTypes: [...referenceTypes] }),
    ...(subAttributes === undefined ? {} : { subAttributes: subAttributes.map(describeAttribute) }),
  };
}
