import { v7 as uuid } from 'uuid';
import { statement } from '../../../src/database/statement.ts';
import { createDomain, type Domain } from '../../../src/domain/domain.ts';
import { PermissionCatalogue } from '../../../src/domain/permissions/catalogue.ts';
import { clientSecretContext } from '../../../src/domain/secrets/seals.ts';
import { aClock, type TestClock, testPermissions } from '../../harness/builders.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';

export const MINUTE = 60_000;
export const DAY = 86_400_000;
export const SECRET_KEY = 'the secret key of these very tests';

export interface SecretsWorld extends TestDatabase {
  clock: TestClock;
  domain: Domain;
  /** Another process on the same database. */
  anotherProcess(keys?: { secretKey?: string; previousSecretKey?: string }): Domain;
}

/** The whole domain on a database of its own, which others may join as processes would. */
export async function openSecretsWorld(): Promise<SecretsWorld> {
  const test = await openTestDatabase();
  const clock = aClock();
  const catalogue = new PermissionCatalogue(testPermissions);
  const anotherProcess: SecretsWorld['anotherProcess'] = (keys = {}) =>
    createDomain({ database: test.database, catalogue, secretKey: SECRET_KEY, clock, ...keys });
  return { ...test, clock, domain: anotherProcess(), anotherProcess };
}

const insertConnection = statement<never>(
  `insert into connections (organization_id, id, name, protocol, status, issuer, client_id, client_secret, stable_id_claim,
                            allows_just_in_time, version, created_by, created_at, updated_at)
   values ($1, $2, 'Entra', 'oidc', 'enabled', 'https://issuer.example', 'client', $3, 'sub', false, 1, '{}', $4, $4)`,
);
const selectSecret = statement<{ sealed: string }>(
  'select client_secret as sealed from connections where organization_id = $1 and id = $2',
);

/** The row of a connection with a sealed client secret. */
export async function aSealedConnection({ domain, database, clock }: SecretsWorld, clientSecret: string) {
  const slug = `org-${uuid().slice(-12)}`;
  const { id: organizationId } = await domain.organizations.create({ name: 'Acme', slug });
  const id = uuid();
  const context = clientSecretContext({ organizationId, id });
  await database.run(organizationId, insertConnection, id, await domain.seals.seal(clientSecret, context), clock());
  return {
    id,
    organizationId,
    slug,
    sealed: async () => (await database.run(organizationId, selectSecret, id))[0]?.sealed ?? '',
    opened: async (by: Domain = domain) =>
      by.seals.open((await database.run(organizationId, selectSecret, id))[0]?.sealed ?? '', context),
  };
}

const selectDataKeys = statement<{ id: string; sealedKey: string; isRetired: boolean }>(
  'select id, sealed_key as "sealedKey", retired_at is not null as "isRetired" from data_keys order by created_at, id',
);

export async function dataKeysOf({ database }: SecretsWorld) {
  return database.lookUp(selectDataKeys);
}
