import type { NamedPerson } from '../simulate/generated-people.ts';
import type { Tenant } from '../simulate/simulated-tenant.ts';
import { buildTenant } from '../simulate/tenant.ts';
import type { TenantGroup } from '../simulate/tenant-objects.ts';

const people = {
  marketing: ['Ada Lovelace', 'Aisha Khan', 'Chloé Dubois', 'Kenji Watanabe', 'Lucía Hernández', 'Oluwaseun Adeyemi'],
  administrators: ['Zoë Müller', 'Dmitri Volkov', 'Mei Chen'],
  fieldSales: ["Björn O'Brien", 'Carlos Souza', 'Fatima Nasser', 'Hannah Schmidt', 'Jakub Nowak'],
};

/** The three people whose permissions the story asks for. */
export const asked = {
  merged: 'ada.lovelace@acme.example',
  wouldBeAdministrator: 'zoe.muller@acme.example',
  newcomer: "bjorn.o'brien@acme.example",
};

const peopleCount = 20;

/** What Acme has in Entra: the same people and groups at every run. */
export function acmeTenant(): Tenant {
  return buildTenant({
    seed: 'acme',
    userCount: peopleCount,
    people: Object.values(people).flat().map(named),
    groups: [
      { displayName: 'Marketing', userPrincipalNames: userNames(people.marketing) },
      { displayName: 'Administrators', userPrincipalNames: userNames(people.administrators) },
      { displayName: 'Field Sales', userPrincipalNames: userNames(people.fieldSales) },
    ],
  });
}

export function groupOf(tenant: Tenant, displayName: string): TenantGroup {
  const group = tenant.findGroup(displayName);
  if (!group) throw new Error(`The tenant has no group ${displayName}.`);
  return group;
}

function named(displayName: string): NamedPerson {
  const local = displayName
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replaceAll(' ', '.');
  return { displayName, userPrincipalName: `${local}@acme.example` };
}

function userNames(displayNames: readonly string[]): string[] {
  return displayNames.map((displayName) => named(displayName).userPrincipalName);
}
