// Groups of many members against the real service (docs/adr/0014): read whole, in lists, and by what a filter meets.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP_SCHEMA } from '../../src/attributes/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { idOf, memberIdsOf, resourcesOf } from './scim-client.ts';

const PEOPLE = 4_500;

let service: TestService;
let connected: Connected;
let everybody: string;
let ids: string[];
beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  const { organization, directory } = connected;
  const { Client } = await import('pg');
  const superuser = new Client(service.connection);
  await superuser.connect();
  const people = `select lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000' as id, n from generate_series(1, ${PEOPLE}) n`;
  const { rows } = await superuser.query(
    `insert into directory_users (organization_id, id, directory_id, user_name_key, resource, active, version, created_at, updated_at)
     select $1, id::uuid, $2, 'person-' || n, jsonb_build_object('userName', 'person-' || n), true, 1, now(), now()
       from (${people}) p returning id`,
    [organization.id, directory.id],
  );
  await superuser.end();
  ids = rows.map(({ id }) => id as string).sort();
  const members = ids.map((value) => ({ value }));
  const created = await connected.scim.post('/Groups', { schemas: [GROUP_SCHEMA], displayName: 'Everybody', members });
  everybody = idOf(created);
  expect(memberIdsOf(created)).toEqual(ids);
  for (let n = 0; n < 3; n += 1) {
    const small = { schemas: [GROUP_SCHEMA], displayName: `Small ${n}`, members: members.slice(n, n + 2) };
    expect((await connected.scim.post('/Groups', small)).status).toBe(201);
  }
});
afterAll(() => service.close());

describe('a group of more members than one page holds', () => {
  it('is answered with all of them, each once, and with its ETag', async () => {
    const answer = await connected.scim.get(`/Groups/${everybody}`);
    expect([answer.status, answer.headers.etag, memberIdsOf(answer)]).toEqual([200, 'W/"1"', ids]);
    expect((answer.body.members as object[])[0]).toEqual({
      value: ids[0],
      display: expect.stringMatching(/^person-/),
      type: 'User',
      $ref: `${connected.directory.tenantUrl}/Users/${ids[0]}`,
    });
  });

  it('is whole in a list too, beside small ones', async () => {
    const list = await connected.scim.get('/Groups?count=1000');
    const sizes = resourcesOf(list).map((group) => (group.members as object[]).length);
    expect(sizes.sort((one, other) => other - one)).toEqual([PEOPLE, 2, 2, 2]);
  });

  it('loses whom a filter meets, wherever they stand', async () => {
    const copy = { schemas: [GROUP_SCHEMA], displayName: 'A copy', members: ids.map((value) => ({ value })) };
    const { id } = (await connected.scim.post('/Groups', copy)).body;
    const path = 'members[display eq "person-1" or display ew "499"]';
    expect((await connected.scim.patch(`/Groups/${id}`, [{ op: 'remove', path }])).status).toBe(204);
    // person-1, and 499, 1499, 2499, 3499, 4499.
    expect(memberIdsOf(await connected.scim.get(`/Groups/${id}`))).toHaveLength(PEOPLE - 6);
    expect((await connected.scim.delete(`/Groups/${id}`)).status).toBe(204);
  });
});
