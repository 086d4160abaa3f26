import type { ResourceTable } from '../../attributes/attribute.ts';
import { foldKey } from '../../attributes/fold.ts';
import type { ResourceJson } from '../../attributes/json.ts';
import { userTable } from '../../attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../attributes/urns.ts';

import { customKeysOf, type UserKey } from '../custom-attributes/custom-keys.ts';

/** Copies of a stored User for what is searched; `keys` are the attributes without a column of their own. */
export interface DirectoryUserColumns {
  userNameKey: string;
  externalId: string | null;
  emailKey: string | null;
  /** Null where the client left it out: the record stays what it is. */
  active: boolean | null;
  managerId: string | null;
  keys: UserKey[];
}

/** What a directory user's record says of the product's user. */
export interface Profile {
  userName: string;
  displayName: string | null;
  email: string | null;
}

type Item = Record<string, unknown>;

/** The search columns of a User resource that is canonical by the table. */
export function columnsOf(resource: ResourceJson, table: ResourceTable = userTable): DirectoryUserColumns {
  const enterprise = objectAt(resource, ENTERPRISE_USER_SCHEMA);
  const manager = objectAt(enterprise, 'manager');
  const employeeNumber = textAt(enterprise, 'employeeNumber');
  return {
    userNameKey: foldKey(textAt(resource, 'userName') ?? ''),
    externalId: textAt(resource, 'externalId'),
    emailKey: foldedOrNull(workEmail(resource)),
    active: typeof resource.active === 'boolean' ? resource.active : null,
    managerId: textAt(manager, 'value'),
    keys: [
      ...keysOf('emails.value', itemsAt(resource, 'emails')),
      ...keysOf('phoneNumbers.value', itemsAt(resource, 'phoneNumbers')),
      ...(employeeNumber === null
        ? []
        : [{ attribute: `${ENTERPRISE_USER_SCHEMA}:employeeNumber`, key: foldKey(employeeNumber), isUnique: false }]),
      ...customKeysOf(table, resource),
    ],
  };
}

/** The product's view of a canonical User resource: the work e-mail, else the primary one, else the first. */
export function profileOf(resource: ResourceJson): Profile {
  const emails = itemsAt(resource, 'emails');
  const primary = emails.find((email) => email.primary === true);
  return {
    userName: textAt(resource, 'userName') ?? '',
    displayName: displayNameOf(resource),
    email: workEmail(resource) ?? (primary && textAt(primary, 'value')) ?? textAt(emails[0], 'value'),
  };
}

function displayNameOf(resource: ResourceJson): string | null {
  const name = objectAt(resource, 'name');
  const parts = [textAt(name, 'givenName'), textAt(name, 'familyName')].filter((part) => part !== null);
  return textAt(resource, 'displayName') ?? textAt(name, 'formatted') ?? (parts.join(' ') || null);
}

function workEmail(resource: ResourceJson): string | null {
  const work = itemsAt(resource, 'emails').find((email) => foldKey(textAt(email, 'type') ?? '') === 'work');
  return textAt(work, 'value');
}

/** The work e-mail has a column, so that the usual person has no key row; every other value has one. */
function keysOf(attribute: string, items: Item[]): UserKey[] {
  const keys = new Set<string>();
  let workSeen = attribute !== 'emails.value';
  for (const item of items) {
    const value = textAt(item, 'value');
    if (value === null) continue;
    if (!workSeen && foldKey(textAt(item, 'type') ?? '') === 'work') workSeen = true;
    else keys.add(foldKey(value));
  }
  return [...keys].map((key) => ({ attribute, key, isUnique: false }));
}

function itemsAt(source: Item, name: string): Item[] {
  const value = source[name];
  return Array.isArray(value) ? value.filter((item): item is Item => typeof item === 'object' && item !== null) : [];
}

function objectAt(source: Item | undefined, name: string): Item | undefined {
  const value = source?.[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Item) : undefined;
}

function textAt(source: Item | undefined, name: string): string | null {
  const value = source?.[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function foldedOrNull(text: string | null): string | null {
  return text === null ? null : foldKey(text);
}
