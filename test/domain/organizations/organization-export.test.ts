import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Domain } from '../../../src/domain/domain.ts';
import type { ExportLine } from '../../../src/domain/organizations/organization-export.ts';
import { organizationTables } from '../../../src/domain/organizations/organization-tables.ts';
import { aClock, anActor } from '../../harness/builders.ts';
import { openTestDomain, type TestDomain } from '../../harness/directory-domain.ts';
import { aFurnishedOrganization, type FurnishedOrganization } from './furnished-organization.ts';

let test: TestDomain;
let domain: Domain;
let superuser: Client;
let own: FurnishedOrganization;
let other: FurnishedOrganization;
const clock = aClock();

beforeAll(async () => {
  test = await openTestDomain(clock);
  domain = test.domain;
  superuser = new Client(test.connection);
  await superuser.connect();
  own = await aFurnishedOrganization(domain, superuser, { slug: 'exported', count: 3 });
  other = await aFurnishedOrganization(domain, superuser, { slug: 'globex', count: 3 });
});
afterAll(async () => {
  await superuser.end();
  await test.close();
});

/** As it is written: each line through JSON and back. */
async function linesOf({ operator }: FurnishedOrganization): Promise<ExportLine[]> {
  const lines: ExportLine[] = [];
  for await (const line of domain.organizationExport.lines(operator)) lines.push(JSON.parse(JSON.stringify(line)));
  return lines;
}

describe('an export', () => {
  it('begins with what it is, ends with what it counted, and holds every row of every table in between', async () => {
    const lines = await linesOf(own);
    expect(lines[0]).toEqual({
      type: 'export',
      version: 1,
      organizationId: own.id,
      slug: 'exported-now',
      exportedAt: clock().toISOString(),
    });
    const counts: Record<string, number> = { organization: 1, organizationSlug: 2 };
    for (const { name, exportType } of organizationTables) {
      if (exportType === null) continue;
      const text = `select count(*)::int as count from ${name} where organization_id = $1`;
      counts[exportType] = (await superuser.query(text, [own.id])).rows[0].count;
      expect(counts[exportType], name).toBeGreaterThan(0);
    }
    expect(lines.at(-1)).toEqual({ type: 'end', counts });
    const found: Record<string, number> = {};
    for (const { type } of lines.slice(1, -1)) found[type] = (found[type] ?? 0) + 1;
    expect(found).toEqual(counts);
  });

  it('names what a row holds as GraphQL does, with dates in ISO 8601', async () => {
    const lines = await linesOf(own);
    expect(lines.find(({ type }) => type === 'organization')).toMatchObject({
      id: own.id,
      name: 'Name of exported',
      slug: 'exported-now',
      plan: 'enterprise',
      inactivityDays: 30,
      createdAt: clock().toISOString(),
    });
    const user = lines.find(({ type, id }) => type === 'user' && id === own.ids.users);
    expect(user).toMatchObject({ userName: 'user 3 of exported', isManual: true, blockedAt: null });
    expect(user).not.toHaveProperty('organizationId');
    expect(lines.find(({ type, id }) => type === 'directoryUser' && id === own.ids.directory_users)).toMatchObject({
      directoryId: own.ids.directories,
      resource: { userName: 'user 3 of exported', emails: [{ value: 'ada@acme.example' }] },
    });
    expect(lines.filter(({ type }) => type === 'domainEvent').map(({ domainEventType }) => domainEventType)).toContain(
      'organizationCreated',
    );
    expect(lines.filter(({ type }) => type === 'organizationSlug')).toMatchObject([
      { slug: 'exported', kind: 'alias' },
      { slug: 'exported-now', kind: 'current' },
    ]);
  });

  it('names what things refer to before what refers to them', async () => {
    const types = [...new Set((await linesOf(own)).map(({ type }) => type))];
    for (const [first, second] of [
      ['user', 'groupMember'],
      ['permissionSet', 'grant'],
      ['directoryUser', 'userLink'],
      ['directory', 'scimToken'],
    ] as const) {
      expect(types.indexOf(first)).toBeLessThan(types.indexOf(second));
    }
  });

  it('security 15: holds no secret, only the hint that tells keys apart', async () => {
    const lines = await linesOf(own);
    const { rows } = await superuser.query<{ hmac: string }>(
      'select hmac from api_keys union select hmac from scim_tokens',
    );
    expect(rows.length).toBeGreaterThanOrEqual(4);
    for (const { hmac } of rows) expect(JSON.stringify(lines)).not.toContain(hmac);
    for (const kind of ['apiKey', 'scimToken']) {
      expect(lines.find(({ type }) => type === kind)).toMatchObject({ hint: expect.stringMatching(/^\w{4}$/) });
    }
  });

  it('security 10: holds nothing of another organization', async () => {
    const text = JSON.stringify(await linesOf(own));
    for (const id of [other.id, 'globex', ...Object.values(other.ids)]) expect(text).not.toContain(id);
  });

  it('shows one moment, whatever is written while it is read', async () => {
    const changing = await aFurnishedOrganization(domain, superuser, { slug: 'changing', count: 2 });
    const users: unknown[] = [];
    for await (const line of domain.organizationExport.lines(changing.operator)) {
      if (line.type === 'export') {
        await domain.users.create(changing.operator, { userName: 'late@acme.example' });
        await superuser.query('update users set display_name = $2 where organization_id = $1', [
          changing.id,
          'Changed',
        ]);
      }
      if (line.type === 'user') users.push([line.userName, line.displayName]);
    }
    expect(users).toEqual([
      ['user 1 of changing', null],
      ['user 2 of changing', null],
    ]);
  });

  it('gives its connection back when the reader stops early', async () => {
    // More than the pool has connections.
    for (let count = 0; count < 15; count += 1) {
      for await (const line of domain.organizationExport.lines(own.operator)) if (line.type === 'user') break;
    }
    expect((await domain.organizations.get(own.operator)).slug).toBe('exported-now');
  });

  it('reads large tables in portions', async () => {
    const large = await aFurnishedOrganization(domain, superuser, { slug: 'large', count: 1 });
    await superuser.query(
      `insert into spaces (organization_id, id, name, name_key, version, created_at, updated_at)
       select $1, gen_random_uuid(), 's' || n, 's' || n, 1, now(), now() from generate_series(1, 1799) n`,
      [large.id],
    );
    const spaces = (await linesOf(large)).filter(({ type }) => type === 'space');
    expect(new Set(spaces.map(({ id }) => id)).size).toBe(1800);
  });

  it('is the operator’s alone, and of an organization that is there', async () => {
    const owner = anActor(own.id, [...domain.catalogue.heldBy('owner')]);
    await expect(domain.organizationExport.lines(owner).next()).rejects.toMatchObject({ code: 'forbidden' });
    const nowhere = { kind: 'operator', organizationId: '0199c0de-7a11-7000-8000-00000000dead' } as const;
    await expect(domain.organizationExport.lines(nowhere).next()).rejects.toMatchObject({ code: 'notFound' });
  });
});
