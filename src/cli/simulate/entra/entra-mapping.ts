import {
  attribute,
  enterprise,
  type MappedValue,
  type MappingRow,
  mappedValue,
  readTarget,
  sub,
  type Target,
  typed,
  writeTarget,
} from '../attribute-mapping.ts';
import { enterpriseUserUrn, entraGroupUrn, groupUrn, type JsonObject, userUrn } from '../scim-wire.ts';
import { isSoftDeleted, type Person, type TenantGroup } from '../tenant-objects.ts';

export interface AttributeChange {
  target: Target;
  op: 'add' | 'replace';
  value: MappedValue;
}

/** Which Entra attribute is sent as externalId: the default mapping takes mailNickname, many customers change it to objectId. */
export type ExternalIdSource = 'mailNickname' | 'objectId';

// The office is documented as addresses[type eq "other"].formatted; captures show type "work".
const userRows: readonly MappingRow<Person>[] = [
  { target: attribute('userName'), from: (person) => person.userPrincipalName },
  { target: attribute('active'), from: (person) => !isSoftDeleted(person) },
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

export const groupMapping: readonly MappingRow<TenantGroup>[] = [
  { target: attribute('displayName'), from: (group) => group.displayName },
  { target: attribute('externalId'), from: (group) => group.objectId },
];

export function userMapping(externalId: ExternalIdSource): readonly MappingRow<Person>[] {
  return [...userRows, { target: attribute('externalId'), from: (person) => person[externalId] }];
}

/** The POST body of a user in Entra's key order: only attributes with a value, `roles` empty, no manager (a later reference). */
export function userCreateBody(person: Person, externalId: ExternalIdSource): JsonObject {
  const body: JsonObject = { schemas: [userUrn, enterpriseUserUrn], externalId: person[externalId] };
  const place = (rows: readonly MappingRow<Person>[]): void => {
    for (const row of rows) {
      const value = mappedValue(row, person);
      if (value !== undefined) writeTarget(body, row.target, value);
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
export function attributeChanges<Source>(
  rows: readonly MappingRow<Source>[],
  source: Source,
  resource: JsonObject,
): AttributeChange[] {
  return rows.flatMap((row) => {
    const { target } = row;
    const value = mappedValue(row, source);
    const current = readTarget(resource, target);
    // An emptied source is never sent; values are compared exactly, so a server that reformats one is patched in every cycle.
    if (value === undefined || value === current) return [];
    const isNew = current === undefined && !(target.kind === 'typed' && target.name === 'addresses');
    // Captured: Entra sends Replace for an address the user never had, and Add for other missing attributes.
    return [{ target, op: isNew ? ('add' as const) : ('replace' as const), value }];
  });
}
