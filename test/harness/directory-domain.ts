import { v7 as uuid } from 'uuid';
import type { Actor } from '../../src/domain/actors/actor.ts';
import { allScopes } from '../../src/domain/actors/scope.ts';
import type { Call } from '../../src/domain/directories/call.ts';
import { createDomain, type Domain, type DomainParts } from '../../src/domain/domain.ts';
import { PermissionCatalogue } from '../../src/domain/permissions/catalogue.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';

export const testCatalogue = new PermissionCatalogue([
  { name: 'screens:view', description: 'See screens', sensitive: false, sets: ['reader'] },
  { name: 'screens:publish', description: 'Publish to screens', sensitive: false },
  { name: 'billing:manage', description: 'Change how the organization pays', sensitive: true },
]);

export const aCall: Call = { requestId: 'test', method: 'POST', path: '/scim/v2/test' };

export interface TestDirectory {
  organizationId: string;
  directoryId: string;
  operator: Actor;
  directory: Actor;
}

export interface TestDomain extends TestDatabase {
  domain: Domain;
  /** A new organization on the enterprise plan with one directory. */
  aDirectory(settings?: {
    groupMatching?: 'automatically' | 'ask' | 'never';
    isStrict?: boolean;
  }): Promise<TestDirectory>;
}

/** The whole domain over a database of the test file's own. */
export async function openTestDomain(
  now: () => Date = () => new Date(),
  parts: Pick<DomainParts, 'resolveTxt'> = {},
): Promise<TestDomain> {
  const test = await openTestDatabase();
  const domain = createDomain({
    database: test.database,
    catalogue: testCatalogue,
    secretKey: 'a secret of the tests',
    clock: now,
    ...parts,
  });
  return {
    ...test,
    domain,
    async aDirectory(settings = {}) {
      const slug = `org-${uuid().slice(-12)}`;
      const { groupMatching = 'automatically', isStrict = false } = settings;
      const organization = await domain.organizations.create({
        name: 'Acme',
        slug,
        plan: 'enterprise',
        scimWithoutSso: true,
        groupMatching,
      });
      const organizationId = organization.id;
      const operator: Actor = { kind: 'operator', organizationId };
      const { id: directoryId } = await domain.directories.create(operator, { name: 'Entra', isStrict });
      const directory: Actor = { kind: 'directory', organizationId, directoryId, tokenId: uuid(), scopes: allScopes };
      return { organizationId, directoryId, operator, directory };
    },
    close: async () => {
      await domain.settled();
      await test.close();
    },
  };
}
