import {
  attribute,
  enterprise,
  type MappingRow,
  mappedValue,
  readTarget,
  sub,
  typed,
  writeTarget,
} from '../attribute-mapping.ts';
import { enterpriseUserUrn, groupUrn, type JsonObject, userUrn } from '../scim-wire.ts';
import { isSoftDeleted, type Person, type TenantGroup } from '../tenant-objects.ts';

/** The id of a user in Okta, which is sent as externalId: 20 characters that begin with 00u. */
export function oktaId({ objectId }: Person): string {
  return `00u${objectId.replaceAll('-', '').slice(0, 17)}`;
}

/** In Okta everybody has a primary e-mail. */
function email(person: Person): string {
  return person.mail ?? person.userPrincipalName;
}

const isEnterprise = (row: MappingRow<Person>): boolean => row.target.kind === 'enterprise';

/** In the order in which Okta writes them; the last two are what an admin adds from the enterprise extension. */
export const userMapping: readonly MappingRow<Person>[] = [
  { target: attribute('userName'), from: (person) => person.userPrincipalName },
  { target: sub('name', 'givenName'), from: (person) => person.givenName },
  { target: sub('name', 'familyName'), from: (person) => person.surname },
  { target: typed('emails', 'work', 'value'), from: email },
  { target: attribute('displayName'), from: (person) => person.displayName },
  { target: attribute('title'), from: (person) => person.jobTitle },
  { target: attribute('locale'), from: (person) => person.preferredLanguage },
  { target: typed('phoneNumbers', 'mobile', 'value'), from: (person) => person.mobile },
  { target: attribute('externalId'), from: oktaId },
  { target: enterprise('employeeNumber'), from: (person) => person.employeeId },
  { target: enterprise('department'), from: (person) => person.department },
  { target: attribute('active'), from: (person) => !isSoftDeleted(person) },
];

export const groupMapping: readonly MappingRow<TenantGroup>[] = [
  { target: attribute('displayName'), from: (group) => group.displayName },
];

/** The POST body of a user, with a password where passwords are synchronized. */
export function userCreateBody(person: Person, password: string | undefined): JsonObject {
  return { ...profile(person), groups: [], ...(password === undefined ? {} : { password }), active: true };
}

/** The PUT body of a user: the whole profile, so that what Okta does not have is cleared. */
export function userReplaceBody(person: Person, id: string): JsonObject {
  const { schemas, ...attributes } = profile(person);
  return { schemas, id, ...attributes, active: !isSoftDeleted(person), groups: [], meta: { resourceType: 'User' } };
}

function profile(person: Person): JsonObject {
  const rows = userMapping.filter(({ target }) => target.name !== 'active');
  const hasExtension = rows.some((row) => isEnterprise(row) && mappedValue(row, person) !== undefined);
  const body: JsonObject = { schemas: hasExtension ? [userUrn, enterpriseUserUrn] : [userUrn] };
  for (const row of rows) {
    const value = mappedValue(row, person);
    if (value !== undefined) writeTarget(body, row.target, value);
  }
  return body;
}

/** Which mapped attributes the resource holds otherwise. */
export function differingNames(person: Person, resource: JsonObject): string[] {
  return userMapping.flatMap((row) =>
    mappedValue(row, person) === readTarget(resource, row.target) ? [] : [row.target.name],
  );
}

export function groupCreateBody({ displayName }: TenantGroup): JsonObject {
  return { schemas: [groupUrn], displayName, members: [] };
}
