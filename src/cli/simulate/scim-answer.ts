import type { ScimAnswer } from './scim-connection.ts';
import { isJsonObject, type JsonObject, listResponseUrn } from './scim-wire.ts';
import { incompatible } from './simulation-failure.ts';

/** One page of a list. */
export interface ListedPage {
  resources: JsonObject[];
  totalResults: number;
}

/** The resources of a ListResponse; anything else is incompatible (RFC 7644 §3.4.2). */
export function listedPage(answer: ScimAnswer): ListedPage {
  const { body } = answer;
  if (!isJsonObject(body) || !Array.isArray(body.schemas) || !body.schemas.includes(listResponseUrn)) {
    throw incompatible(answer.request, answer.status, 'A query must be answered with a ListResponse.');
  }
  const { totalResults, Resources: resources = [] } = body;
  if (typeof totalResults !== 'number' || !Array.isArray(resources) || !resources.every(isJsonObject)) {
    throw incompatible(answer.request, answer.status, 'totalResults must be a number and Resources a list of objects.');
  }
  return { resources, totalResults };
}

/** A resource with its id, as the answer to POST or GET by id must carry it. */
export function resourceOf(answer: ScimAnswer): JsonObject & { id: string } {
  const { body } = answer;
  if (!isJsonObject(body)) throw incompatible(answer.request, answer.status, 'The answer is not a SCIM resource.');
  return withId(body, answer);
}

export function withId(resource: JsonObject, { request, status }: ScimAnswer): JsonObject & { id: string } {
  const { id } = resource;
  if (typeof id !== 'string' || id === '') throw incompatible(request, status, 'The resource has no id.');
  return { ...resource, id };
}
