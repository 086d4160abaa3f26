import { isJsonObject, type Json } from '../../attributes/json.ts';
import { PATCH_OP } from '../../attributes/urns.ts';
import { memberNamed } from './member-named.ts';
import { scimErrors } from './scim-error.ts';

export type PatchOperation = {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path?: string;
  /** Absent only with `remove`. */
  readonly value?: Json;
};

const OPERATIONS_MAX = 1000;

/**
 * The operations of a PATCH body (RFC 7644 §3.5.2). Names and `op` are read in any case (Entra sends "Add"), `schemas` may be
 * missing, other keys are ignored. 400 `invalidSyntax` for what is no PATCH, 413 for more than 1,000 operations.
 */
export function readPatchRequest(body: unknown): PatchOperation[] {
  if (!isJsonObject(body)) throw scimErrors.invalidSyntax('The body must be a JSON object');
  checkSchemas(memberNamed(body, 'schemas'));
  const operations = memberNamed(body, 'operations');
  if (!Array.isArray(operations) || operations.length === 0)
    throw scimErrors.invalidSyntax('"Operations" must be a list of at least one operation');
  if (operations.length > OPERATIONS_MAX)
    throw scimErrors.payloadTooLarge(`A PATCH must not have more than ${OPERATIONS_MAX} operations`);
  return operations.map(readOperation);
}

function readOperation(operation: Json, position: number): PatchOperation {
  const place = `Operations[${position}]`;
  if (!isJsonObject(operation)) throw scimErrors.invalidSyntax(`${place} must be an object`);
  const written = memberNamed(operation, 'op');
  const op = typeof written === 'string' ? written.toLowerCase() : undefined;
  if (op !== 'add' && op !== 'remove' && op !== 'replace')
    throw scimErrors.invalidSyntax(`${place}.op must be "add", "remove" or "replace"`);
  const path = memberNamed(operation, 'path') ?? '';
  if (typeof path !== 'string') throw scimErrors.invalidPath(`${place}.path must be a string`);
  const value = memberNamed(operation, 'value');
  if (path.trim() === '' && op === 'remove') throw scimErrors.noTarget(`${place} must have a path, it removes`);
  if (value === undefined && op !== 'remove') throw scimErrors.invalidValue(`${place} must have a value`);
  return { op, ...(path.trim() === '' ? {} : { path }), ...(value === undefined ? {} : { value }) };
}

function checkSchemas(schemas: Json | undefined): void {
  if (schemas === undefined || schemas === null) return;
  const urns = Array.isArray(schemas) ? schemas : [schemas];
  const isPatchOp = (urn: Json) => typeof urn === 'string' && urn.toLowerCase() === PATCH_OP.toLowerCase();
  if (urns.length > 0 && !urns.some(isPatchOp)) throw scimErrors.invalidSyntax(`"schemas" must name ${PATCH_OP}`);
}
