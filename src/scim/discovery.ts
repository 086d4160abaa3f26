import type { Attribute, ResourceTable, SchemaTable } from '../attributes/attribute.ts';
import type { JsonObject } from '../attributes/json.ts';
import { groupTable, userTable } from '../attributes/resource-tables.ts';
import { RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA, SERVICE_PROVIDER_CONFIG_SCHEMA } from '../attributes/urns.ts';
import type { Exchange, Reply } from './exchange.ts';
import { listResponse, PAGE_SIZE_MAX } from './protocol/list.ts';
import { scimErrors } from './protocol/scim-error.ts';

/** What a discovery address answers, without its `meta`, and where it is found. */
type Described = { readonly path: string; readonly resourceType: string; readonly content: JsonObject };

const tables = [userTable, groupTable];

const serviceProviderConfig: Described = {
  path: '/ServiceProviderConfig',
  resourceType: 'ServiceProviderConfig',
  content: {
    schemas: [SERVICE_PROVIDER_CONFIG_SCHEMA],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: PAGE_SIZE_MAX },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A bearer token of the directory in the Authorization header.',
        specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
        primary: true,
      },
    ],
  },
};

const resourceTypes = tables.map(describeResourceType);
const schemas = tables.flatMap(({ schema, extensions }) => [schema, ...extensions]).map(describeSchema);

/** RFC 7643 §5. */
export function readServiceProviderConfig(exchange: Exchange): Reply {
  refuseFilter(exchange);
  return { status: 200, body: located(exchange, serviceProviderConfig), outcome: 'serviceProviderConfigRead' };
}

/** RFC 7643 §6. */
export function listResourceTypes(exchange: Exchange): Reply {
  return described(exchange, resourceTypes, 'resourceTypesRead');
}

export function readResourceType(exchange: Exchange): Reply {
  return oneDescribed(exchange, resourceTypes, 'resourceTypeRead');
}

/** RFC 7643 §7. */
export function listSchemas(exchange: Exchange): Reply {
  return described(exchange, schemas, 'schemasRead');
}

export function readSchema(exchange: Exchange): Reply {
  return oneDescribed(exchange, schemas, 'schemaRead');
}

function described(exchange: Exchange, all: readonly Described[], outcome: string): Reply {
  refuseFilter(exchange);
  const resources = all.map((one) => located(exchange, one));
  const body = listResponse({ resources, totalResults: resources.length, startIndex: 1 });
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

function describeResourceType({ resourceType, endpoint, schema, extensions }: ResourceTable): Described {
  const schemaExtensions = extensions.map(({ id }) => ({ schema: id, required: false }));
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
  return {
    path: `/Schemas/${id}`,
    resourceType: 'Schema',
    content: { schemas: [SCHEMA_SCHEMA], id, name, description, attributes: attributes.map(describeAttribute) },
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
