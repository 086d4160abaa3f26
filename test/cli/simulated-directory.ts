import { expect } from 'vitest';
import type { Tenant } from '../../src/cli/simulate/simulated-tenant.ts';
import { isSoftDeleted } from '../../src/cli/simulate/tenant-objects.ts';
import type { ScimClient } from '../clients/scim-client.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

interface ScimRecord {
  id: string;
  userName?: string;
  displayName?: string;
  active?: boolean;
  title?: string;
  members?: { value: string }[];
  [enterprise]?: { manager?: { value: string }; department?: string };
}

/** Everything of one collection, up to a thousand, as the service answers it. */
export async function records(scim: ScimClient, path: string): Promise<ScimRecord[]> {
  const { status, body } = await scim.get(`${path}?count=1000`);
  expect(status).toBe(200);
  return body.Resources as ScimRecord[];
}

const byName = (left: { name: string }, right: { name: string }) => (left.name < right.name ? -1 : 1);
const sorted = <T extends { userName?: string | undefined; displayName?: string | undefined }>(items: T[]): T[] =>
  items
    .map((item) => ({ name: item.userName ?? item.displayName ?? '', item }))
    .sort(byName)
    .map(({ item }) => item);

/** The people of the tenant by what the simulated identity provider maps, compared without its own mapping. */
export function tenantPeople({ people }: Tenant) {
  return sorted(
    people.map((person) => ({
      userName: person.userPrincipalName,
      displayName: person.displayName,
      active: !isSoftDeleted(person),
      title: person.jobTitle,
      department: person.department,
      manager: person.manager?.userPrincipalName,
    })),
  );
}

export async function heldPeople(scim: ScimClient) {
  const users = await records(scim, '/Users');
  const names = new Map(users.map(({ id, userName }) => [id, userName]));
  return sorted(
    users.map((user) => ({
      userName: user.userName,
      displayName: user.displayName,
      active: user.active,
      title: user.title,
      department: user[enterprise]?.department,
      // Entra sends nothing when a manager is purged, so a reference may point to nobody.
      manager: names.get(user[enterprise]?.manager?.value ?? ''),
    })),
  );
}

export function tenantGroups({ groups }: Tenant) {
  return sorted(
    groups
      .filter((group) => group.isAssigned)
      .map(({ displayName, members }) => ({
        displayName,
        members: [...members].map((person) => person.userPrincipalName).sort(),
      })),
  );
}

export async function heldGroups(scim: ScimClient) {
  const names = new Map((await records(scim, '/Users')).map(({ id, userName }) => [id, userName]));
  const groups = await records(scim, '/Groups');
  return sorted(
    groups.map(({ displayName = '', members = [] }) => ({
      displayName,
      members: members.map(({ value }) => names.get(value) ?? value).sort(),
    })),
  );
}
