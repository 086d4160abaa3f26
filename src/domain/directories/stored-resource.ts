import type { ResourceTable } from '../../attributes/attribute.ts';
import { canonicalResource } from '../../attributes/canonical-resource.ts';
import type { ResourceJson } from '../../attributes/json.ts';
import { DomainError } from '../domain-error.ts';

/** The document to store of what a client sent. Throws `invalidValue` or `invalidSyntax` with the path of the first problem. */
export function storedResource(table: ResourceTable, json: unknown, options: { create: boolean }): ResourceJson {
  const read = canonicalResource(table, json, options);
  if (read.ok) return read.resource;
  const [problem] = read.problems;
  const details = { path: problem?.path ?? '', problems: read.problems };
  throw new DomainError(problem?.kind ?? 'invalidValue', problem?.message ?? 'The resource is invalid.', details);
}
