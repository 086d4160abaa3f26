import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slugSkeleton } from '../../../src/domain/organizations/slug.ts';
import {
  anActor,
  anOrganization,
  type Domain,
  domainOf,
  eventsOf,
  type TestOrganization,
} from '../../harness/builders.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';

let opened: TestDatabase;
let domain: Domain;

beforeAll(async () => {
  opened = await openTestDatabase();
  domain = domainOf(opened.database);
});
afterAll(() => opened.close());

let made = 0;

/** An organization under a slug of letters alone, which no other test's looks like. */
async function anOrganizationWithSlug(): Promise<TestOrganization & { slug: string }> {
  made += 1;
  const slug = `slug-test-${'abcdefghjk'.charAt(made / 10)}${'abcdefghjk'.charAt(made % 10)}`;
  return { ...(await anOrganization(domain, { slug })), slug };
}

function found(slug: string) {
  return domain.organizations.findBySlug(slug).then((organization) => organization?.id);
}

async function rowsOf(table: string, organizationId: string): Promise<Record<string, unknown>[]> {
  const client = new Client(opened.connection);
  await client.connect();
  const { rows } = await client.query(`select * from ${table} where organization_id = $1 order by 1`, [organizationId]);
  await client.end();
  return rows;
}

describe('changing the slug', () => {
  it('makes the new one current and keeps the old one as an alias that signs in too', async () => {
    const { organization, operator, slug } = await anOrganizationWithSlug();
    const changed = await domain.organizationSlugs.change(operator, `${slug}-new`);
    expect(changed).toMatchObject({ id: organization.id, slug: `${slug}-new`, version: 2 });
    expect(await domain.organizations.get(operator)).toEqual(changed);
    const { id, name } = organization;
    expect(await domain.organizations.findBySlug(slug)).toEqual({ id, name, slug: `${slug}-new` });
    expect(await domain.organizations.findBySlug(`${slug}-new`)).toEqual({ id, name, slug: `${slug}-new` });
    expect(await domain.organizationSlugs.listAliases(operator)).toEqual([slug]);
    const listed = (await domain.organizations.list()).filter((each) => each.id === id);
    expect(listed).toEqual([{ id, slug: `${slug}-new` }]);
  });

  it('is told by an event, and only when something changes', async () => {
    const made = await anOrganizationWithSlug();
    await domain.organizationSlugs.change(made.operator, made.slug);
    await domain.organizationSlugs.change(made.operator, `${made.slug}-new`);
    expect((await eventsOf(domain, made)).slice(1)).toEqual([
      {
        type: 'organizationSlugChanged',
        subjectId: made.organization.id,
        actor: { kind: 'operator' },
        data: { slug: `${made.slug}-new`, before: made.slug },
      },
    ]);
  });

  it('goes back to an alias, which is the current one again', async () => {
    const { operator, slug } = await anOrganizationWithSlug();
    await domain.organizationSlugs.change(operator, `${slug}-new`);
    expect((await domain.organizationSlugs.change(operator, slug)).slug).toBe(slug);
    expect(await domain.organizationSlugs.listAliases(operator)).toEqual([`${slug}-new`]);
  });

  it('lets the organization itself take what looks like its own', async () => {
    const { operator } = await anOrganization(domain, { slug: 'look-alike-of-own' });
    expect((await domain.organizationSlugs.change(operator, 'lookalike-0f-own')).slug).toBe('lookalike-0f-own');
  });

  it('keeps at most twenty slugs from others, released ones too', async () => {
    const { operator, slug } = await anOrganizationWithSlug();
    const names = Array.from({ length: 19 }, (_, number) => `${slug}-${'abcdefghjkmnpqstuxy'[number]}z`);
    let before = slug;
    for (const name of names) {
      await domain.organizationSlugs.change(operator, name);
      await domain.organizationSlugs.release(operator, before);
      before = name;
    }
    const next = domain.organizationSlugs.change(operator, `${slug}-one-more`);
    await expect(next).rejects.toMatchObject({ code: 'tooMany', details: { max: 20 } });
    expect((await domain.organizationSlugs.change(operator, slug)).slug).toBe(slug);
  });

  it('keeps at most ten aliases', async () => {
    const { operator, slug } = await anOrganizationWithSlug();
    for (const number of [2, 3, 4, 5, 6, 7, 8, 9, 20, 22]) {
      await domain.organizationSlugs.change(operator, `${slug}-${number}`);
    }
    expect(await domain.organizationSlugs.listAliases(operator)).toHaveLength(10);
    const eleventh = domain.organizationSlugs.change(operator, `${slug}-too-many`);
    await expect(eleventh).rejects.toMatchObject({ code: 'tooMany', details: { path: 'slug' } });
    expect(await found(`${slug}-too-many`)).toBeUndefined();
    // Going back to one of them makes no eleventh, and a released one makes room.
    await domain.organizationSlugs.change(operator, slug);
    await domain.organizationSlugs.release(operator, `${slug}-2`);
    expect((await domain.organizationSlugs.change(operator, `${slug}-too-many`)).slug).toBe(`${slug}-too-many`);
  });

  it.each([
    ['a reserved word', 'console', 'invalidValue'],
    ['what reads like a reserved word', 'adm1n', 'slugConfusable'],
    ['an impossible slug', 'Not A Slug', 'invalidValue'],
  ])('security 7: refuses %s', async (_, slug, code) => {
    const made = await anOrganizationWithSlug();
    await expect(domain.organizationSlugs.change(made.operator, slug)).rejects.toMatchObject({
      code,
      details: { path: 'slug' },
    });
    await expect(domain.organizations.create({ name: 'Other', slug })).rejects.toMatchObject({ code });
    expect((await domain.organizations.get(made.operator)).slug).toBe(made.slug);
  });

  it('security 7: refuses a slug that another organization has, had as an alias, or released', async () => {
    const other = await anOrganizationWithSlug();
    await domain.organizationSlugs.change(other.operator, `${other.slug}-second`);
    await domain.organizationSlugs.change(other.operator, `${other.slug}-third`);
    await domain.organizationSlugs.release(other.operator, other.slug);
    const own = await anOrganizationWithSlug();
    for (const slug of [other.slug, `${other.slug}-second`, `${other.slug}-third`]) {
      await expect(domain.organizationSlugs.change(own.operator, slug)).rejects.toMatchObject({ code: 'slugTaken' });
      await expect(domain.organizations.create({ name: 'New', slug })).rejects.toMatchObject({ code: 'slugTaken' });
    }
    expect(await domain.organizationSlugs.listAliases(own.operator)).toEqual([]);
    expect(await found(own.slug)).toBe(own.organization.id);
  });

  it.each([
    ['vvorld-bank', 'world-bank'],
    ['world-cup', 'w0rld-cup'],
    ['a1pha', 'alpha'],
    ['moderna', 'modema'],
    ['north-star', 'northstar'],
  ])('security 7: refuses %s, which looks like %s of another, also after that was released', async (mine, theirs) => {
    const other = await anOrganization(domain, { slug: theirs });
    const own = await anOrganizationWithSlug();
    const refused = { code: 'slugConfusable', details: { path: 'slug' } };
    await expect(domain.organizationSlugs.change(own.operator, mine)).rejects.toMatchObject(refused);
    await expect(domain.organizations.create({ name: 'New', slug: mine })).rejects.toMatchObject(refused);
    await domain.organizationSlugs.change(other.operator, `instead-of-${theirs}`);
    await domain.organizationSlugs.release(other.operator, theirs);
    await expect(domain.organizationSlugs.change(own.operator, mine)).rejects.toMatchObject(refused);
    // A refused slug is left to whoever may have it.
    expect((await domain.organizationSlugs.change(other.operator, mine)).slug).toBe(mine);
  });

  it('needs rollcall:organization', async () => {
    const { organization } = await anOrganizationWithSlug();
    const admin = anActor(organization.id, [...domain.catalogue.heldBy('admin')]);
    const refused = { code: 'forbidden', details: { permission: 'rollcall:organization' } };
    await expect(domain.organizationSlugs.change(admin, 'by-an-admin')).rejects.toMatchObject(refused);
    await expect(domain.organizationSlugs.release(admin, 'by-an-admin')).rejects.toMatchObject(refused);
    const owner = anActor(organization.id, ['rollcall:organization']);
    expect((await domain.organizationSlugs.change(owner, 'by-an-owner')).slug).toBe('by-an-owner');
  });
});

describe('releasing a slug', () => {
  it('lets it lead nowhere; the organization itself may take it back', async () => {
    const made = await anOrganizationWithSlug();
    const { operator, organization, slug } = made;
    await domain.organizationSlugs.change(operator, `${slug}-new`);
    const released = await domain.organizationSlugs.release(operator, slug);
    expect(released).toMatchObject({ slug: `${slug}-new`, version: 3 });
    expect(await found(slug)).toBeUndefined();
    expect(await domain.organizationSlugs.listAliases(operator)).toEqual([]);
    // Again changes nothing.
    expect((await domain.organizationSlugs.release(operator, slug)).version).toBe(3);
    expect((await eventsOf(domain, made)).map(({ type, data }) => [type, data.slug]).slice(2)).toEqual([
      ['organizationSlugReleased', slug],
    ]);
    expect((await domain.organizationSlugs.change(operator, slug)).slug).toBe(slug);
    expect(await found(slug)).toBe(organization.id);
  });

  it('refuses the current slug, and one that the organization never had, also another’s', async () => {
    const [own, other] = [await anOrganizationWithSlug(), await anOrganizationWithSlug()];
    await expect(domain.organizationSlugs.release(own.operator, own.slug)).rejects.toMatchObject({
      code: 'invalidValue',
      details: { path: 'slug' },
    });
    for (const slug of [other.slug, 'nobody-had-this', 'x" or 1=1']) {
      await expect(domain.organizationSlugs.release(own.operator, slug)).rejects.toMatchObject({ code: 'notFound' });
    }
    expect(await found(other.slug)).toBe(other.organization.id);
  });
});

describe('security 30: several at once', () => {
  it('one of eight organizations gets a slug', async () => {
    const organizations = await Promise.all(Array.from({ length: 8 }, () => anOrganizationWithSlug()));
    const results = await Promise.allSettled(
      organizations.map(({ operator }) => domain.organizationSlugs.change(operator, 'wanted-by-all')),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(7);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'slugTaken' });
    const winner = organizations[results.findIndex((result) => result.status === 'fulfilled')];
    expect(await found('wanted-by-all')).toBe(winner?.organization.id);
    for (const { organization, slug } of organizations) expect(await found(slug)).toBe(organization.id);
  });

  it('one of eight organizations gets a look', async () => {
    const looks = ['0000look', 'o000look', '0o00look', '00o0look', '000olook', 'oo00look', 'o0o0look', '00-00look'];
    const organizations = await Promise.all(looks.map(() => anOrganizationWithSlug()));
    const results = await Promise.allSettled(
      organizations.map(({ operator }, index) => domain.organizationSlugs.change(operator, looks[index] ?? '')),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(7);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'slugConfusable' });
    const owners = await Promise.all(looks.map(found));
    expect(owners.filter((owner) => owner !== undefined)).toHaveLength(1);
  });

  it('changes of one organization take turns and lose no slug', async () => {
    const { operator, organization, slug } = await anOrganizationWithSlug();
    const wanted = ['two', 'three', 'four', 'five', 'six'].map((word) => `${slug}-${word}`);
    await Promise.all(wanted.map((each) => domain.organizationSlugs.change(operator, each)));
    const rows = await rowsOf('organization_slugs', organization.id);
    expect(rows.map((row) => row.slug)).toEqual([slug, ...wanted].sort());
    expect(rows.filter((row) => row.kind === 'current')).toHaveLength(1);
    expect(rows.find((row) => row.kind === 'current')?.slug).toBe((await domain.organizations.get(operator)).slug);
  });
});

it('computes the look of a slug as the migration does in SQL', async () => {
  const letters = fc.constantFrom('a', 'r', 'n', 'v', 'w', 'm', 'l', 'o', '0', '1', '-', 'rn', 'vv');
  const slugs = fc.sample(
    fc.array(letters, { maxLength: 12 }).map((parts) => parts.join('')),
    500,
  );
  const client = new Client(opened.connection);
  await client.connect();
  const { rows } = await client.query<{ skeletons: string[] }>(
    `select array_agg(replace(replace(replace(replace(replace(slug, '-', ''), '0', 'o'), '1', 'l'), 'rn', 'm'), 'vv', 'w') order by position) as skeletons
       from unnest($1::text[]) with ordinality slugs(slug, position)`,
    [slugs],
  );
  await client.end();
  expect(slugs.map(slugSkeleton)).toEqual(rows[0]?.skeletons);
});
