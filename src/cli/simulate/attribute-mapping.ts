import { enterpriseUserUrn, isJsonObject, type JsonObject } from './scim-wire.ts';

/** Where a mapped value lives in a SCIM resource. */
export type Target =
  | { kind: 'attribute'; name: string }
  | { kind: 'sub'; name: string; sub: string }
  | { kind: 'typed'; name: string; type: string; sub: string }
  | { kind: 'enterprise'; name: string };

export type MappedValue = string | boolean;

/** One line of an attribute mapping: which value of the tenant's object goes where. */
export interface MappingRow<Source> {
  target: Target;
  from: (source: Source) => MappedValue | undefined;
}

export const attribute = (name: string): Target => ({ kind: 'attribute', name });
export const sub = (name: string, subAttribute: string): Target => ({ kind: 'sub', name, sub: subAttribute });
export const typed = (name: string, type: string, subAttribute: string): Target => ({
  kind: 'typed',
  name,
  type,
  sub: subAttribute,
});
export const enterprise = (name: string): Target => ({ kind: 'enterprise', name });

/** The target as a path of RFC 7644 §3.10. */
export function pathText(target: Target): string {
  switch (target.kind) {
    case 'attribute':
      return target.name;
    case 'sub':
      return `${target.name}.${target.sub}`;
    case 'typed':
      return `${target.name}[type eq "${target.type}"].${target.sub}`;
    case 'enterprise':
      return `${enterpriseUserUrn}:${target.name}`;
  }
}

/** The value that a row sends; undefined where the source has none, of which nobody says anything. */
export function mappedValue<Source>({ from }: MappingRow<Source>, source: Source): MappedValue | undefined {
  const value = from(source);
  return value === '' ? undefined : value;
}

export function readTarget(resource: JsonObject, target: Target): unknown {
  const value = target.kind === 'enterprise' ? resource[enterpriseUserUrn] : resource[target.name];
  switch (target.kind) {
    case 'attribute':
      return value ?? undefined;
    case 'sub':
      return isJsonObject(value) ? (value[target.sub] ?? undefined) : undefined;
    case 'typed': {
      const entry = entries(value).find((candidate) => candidate.type === target.type);
      return entry?.[target.sub] ?? undefined;
    }
    case 'enterprise':
      return isJsonObject(value) ? (value[target.name] ?? undefined) : undefined;
  }
}

export function writeTarget(resource: JsonObject, target: Target, value: MappedValue): void {
  switch (target.kind) {
    case 'attribute':
      resource[target.name] = value;
      return;
    case 'sub':
      resource[target.name] = { ...asObject(resource[target.name]), [target.sub]: value };
      return;
    case 'typed': {
      const list = entries(resource[target.name]);
      const entry = list.find((candidate) => candidate.type === target.type);
      if (entry) entry[target.sub] = value;
      // One value is primary: the work one, whichever attribute it is.
      else list.push({ ...(target.type === 'work' ? { primary: true } : {}), type: target.type, [target.sub]: value });
      resource[target.name] = list;
      return;
    }
    case 'enterprise':
      resource[enterpriseUserUrn] = { ...asObject(resource[enterpriseUserUrn]), [target.name]: value };
  }
}

const asObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});
const entries = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
