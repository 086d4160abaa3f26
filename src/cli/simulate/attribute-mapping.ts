import { enterpriseUserUrn, entraGroupUrn, groupUrn, isJsonObject, type JsonObject, userUrn } from './scim-wire.ts';
import type { Person, TenantGroup } from './tenant.ts';

/** Where a mapped value lives in a SCIM resource. */
export type Target =
  | { kind: 'attribute'; name: string }
  | { kind: 'sub'; name: string; sub: string }
  | { kind: 'typed'; name: string; type: string; sub: string }
  | { kind: 'enterprise'; name: string };

export type MappedValue = string | boolean;

export interface AttributeChange {
  target: Target;
  op: 'add' | 'replace';
  value: MappedValue;
}

interface MappingRow<Source> {
  target: Target;
  from: (source: Source) => MappedValue | undefined;
}

/** Which Entra attribute is sent as externalId: the default mapping takes mailNickname, many customers change it to objectId. */
export type ExternalIdSource = 'mailNickname' | 'objectId';

const attribute = (name: string): Target => ({ kind: 'attribute', name });
const sub = (name: string, subAttribute: string): Target => ({ kind: 'sub', name, sub: subAttribute });
const typed = (name: string, type: string, subAttribute: string): Target => ({
  kind: 'typed',
  name,
  type,
  sub: subAttribute,
});
const enterprise = (name: string): Target => ({ kind: 'enterprise', name });

/** The path as Entra writes it in a PATCH operation. */
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

// The office is documented as addresses[type eq "other"].formatted; captures show type "work".
const userRows: readonly MappingRow<Person>[] = [
  { target: attribute('userName'), from: (person) => person.userPrincipalName },
  { target: attribute('active'), from: (person) => !person.isSoftDeleted },
  { target: attribute('displayName'), from: (person) => person.displayName },
  { target: attribute('title'), from: (person) => person.jobTitle },
  { target: attribute('preferredLanguage'), from: (person) => person.preferredLanguage },
  { target: typed('emails', 'work', 'value'), from: (person) => person.mail },
  { target: sub('name', 'formatted'), from: (person) => [person.givenName, person.surname].filter(Boolean).join(' ') },
  { target: sub('name', 'familyName'), from: (person) => person.surname },
  { target: sub('name', 'givenName'), from: (person) => person.givenName },
  { target: typed('addresses', 'work', 'formatted'), from: (person) => person.office },
  { target: typed('addresses', 'work', 'streetAddress'), from: (person) => person.streetAddress },
  { target: typed('addresses', 'work', 'locality'), from: (person) => person.city },
  { target: typed('addresses', 'work', 'region'), from: (person) => person.state },
  { target: typed('addresses', 'work', 'postalCode'), from: (person) => person.postalCode },
  { target: typed('addresses', 'work', 'country'), from: (person) => person.country },
  { target: typed('phoneNumbers', 'work', 'value'), from: (person) => person.telephoneNumber },
  { target: typed('phoneNumbers', 'mobile', 'value'), from: (person) => person.mobile },
  { target: enterprise('employeeNumber'), from: (person) => person.employeeId },
  { target: enterprise('department'), from: (person) => person.department },
];

const groupRows: readonly MappingRow<TenantGroup>[] = [
  { target: attribute('displayName'), from: (group) => group.displayName },
  { target: attribute('externalId'), from: (group) => group.objectId },
];

/** The POST body of a user in Entra's key order: only attributes with a value, `roles` empty, no manager (a later reference). */
export function userCreateBody(person: Person, externalId: ExternalIdSource): JsonObject {
  const body: JsonObject = { schemas: [userUrn, enterpriseUserUrn], externalId: person[externalId] };
  const place = (rows: readonly MappingRow<Person>[]): void => {
    for (const { target, from } of rows) {
      const value = from(person);
      if (value !== undefined && value !== '') writeTarget(body, target, value);
    }
  };
  const isBefore = (row: MappingRow<Person>): boolean =>
    row.target.kind === 'attribute' || row.target.name === 'emails';
  const isExtension = (row: MappingRow<Person>): boolean => row.target.kind === 'enterprise';
  place(userRows.filter(isBefore));
  body.meta = { resourceType: 'User' };
  place(userRows.filter((row) => !isBefore(row) && !isExtension(row)));
  body.roles = [];
  place(userRows.filter(isExtension));
  return body;
}

/** The POST body of a group: always empty, members follow in PATCH requests. */
export function groupCreateBody(group: TenantGroup): JsonObject {
  return {
    schemas: [groupUrn, entraGroupUrn],
    externalId: group.objectId,
    displayName: group.displayName,
    meta: { resourceType: 'Group' },
  };
}

/** What Entra would PATCH: mapped attributes that have a value in the source and another one, or none, in the resource. */
export function userChanges(person: Person, externalId: ExternalIdSource, resource: JsonObject): AttributeChange[] {
  const externalIdRow = { target: attribute('externalId'), from: () => person[externalId] };
  return changes([...userRows, externalIdRow], person, resource);
}

export function groupChanges(group: TenantGroup, resource: JsonObject): AttributeChange[] {
  return changes(groupRows, group, resource);
}

function changes<Source>(rows: readonly MappingRow<Source>[], source: Source, resource: JsonObject): AttributeChange[] {
  return rows.flatMap(({ target, from }) => {
    const value = from(source);
    const current = readTarget(resource, target);
    // An emptied source is never sent; values are compared exactly, so a server that reformats one is patched in every cycle.
    if (value === undefined || value === '' || value === current) return [];
    const isNew = current === undefined && !(target.kind === 'typed' && target.name === 'addresses');
    // Captured: Entra sends Replace for an address the user never had, and Add for other missing attributes.
    return [{ target, op: isNew ? ('add' as const) : ('replace' as const), value }];
  });
}

function readTarget(resource: JsonObject, target: Target): unknown {
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

function writeTarget(resource: JsonObject, target: Target, value: MappedValue): void {
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
