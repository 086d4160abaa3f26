import type { ResourceTable } from '../../attributes/attribute.ts';
import { valueAt } from '../../attributes/canonical-extension.ts';
import { canonicalResource } from '../../attributes/canonical-resource.ts';
import { findAttribute } from '../../attributes/find-attribute.ts';
import { isJsonObject, memberOf, type ResourceJson, sortedJson } from '../../attributes/json.ts';
import { DomainError } from '../domain-error.ts';

/** The document to store of what a client sent. Throws `invalidValue` or `invalidSyntax` with the path of the first problem. */
export function storedResource(
  table: ResourceTable,
  json: unknown,
  options: { create?: boolean; before?: ResourceJson },
): ResourceJson {
  const read = canonicalResource(table, json, options);
  if (!read.ok) {
    const [problem] = read.problems;
    const details = { path: problem?.path ?? '', problems: read.problems };
    throw new DomainError(problem?.kind ?? 'invalidValue', problem?.message ?? 'The resource is invalid.', details);
  }
  return options.before ? keepImmutable(table, read.resource, options.before) : read.resource;
}

/**
 * The document to store over another one, or undefined where only that one shows what may be: the organization declared
 * attributes that do not change, or something does not fit what it declared and may have been so before. Throws as
 * `storedResource`, which is then asked with `before`.
 */
export function replacementOf(table: ResourceTable, json: unknown): ResourceJson | undefined {
  const declared = table.extensions.filter(({ isDeclared }) => isDeclared);
  if (declared.length === 0) return storedResource(table, json, {});
  if (declared.some(({ attributes }) => attributes.some(({ mutability }) => mutability === 'immutable')))
    return undefined;
  const read = canonicalResource(table, json);
  if (read.ok) return read.resource;
  return read.problems.every(({ path }) => isOfDeclared(table, path)) ? undefined : storedResource(table, json, {});
}

/** Whether a problem is with a declared attribute or with one of its values. */
function isOfDeclared(table: ResourceTable, path: string): boolean {
  return findAttribute(table, path.replace(/\[\d+\].*$/, ''))?.schema.isDeclared === true;
}

/** RFC 7644 §3.5.1: what is set stays, and is no mistake to leave out. Throws `attributeImmutable` for another value. */
function keepImmutable(table: ResourceTable, resource: ResourceJson, before: ResourceJson): ResourceJson {
  let kept = resource;
  for (const schema of table.extensions) {
    for (const attribute of schema.isDeclared ? schema.attributes : []) {
      const former = attribute.mutability === 'immutable' ? valueAt(before, schema.id, attribute.name) : undefined;
      if (former === undefined) continue;
      const extension = memberOf(kept, schema.id);
      const now = isJsonObject(extension) ? memberOf(extension, attribute.name) : undefined;
      if (now !== undefined && sortedJson(now) !== sortedJson(former)) {
        const path = `${schema.id}:${attribute.name}`;
        throw new DomainError('attributeImmutable', `${path} is immutable: what is set stays.`, { path });
      }
      kept = { ...kept, [schema.id]: { ...(isJsonObject(extension) ? extension : {}), [attribute.name]: former } };
    }
  }
  return kept;
}
