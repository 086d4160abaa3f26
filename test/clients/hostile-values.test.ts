// Values that no honest client sends, over SCIM: always a 400 of the protocol, never a 500, and nothing is changed.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attribute } from '../../src/attributes/attribute.ts';
import { groupTable, userTable } from '../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../src/attributes/urns.ts';
import { entraGroup, entraUser } from './entra-requests.ts';
import { filtered, get, HostileTarget, patch, post, put, scimTypesOf } from './hostile-target.ts';
import { resourcesOf } from './scim-client.ts';

let target: HostileTarget;
beforeAll(async () => {
  target = await HostileTarget.open();
});
afterAll(() => target.close());

const json = JSON.stringify;

/** Every writable simple attribute with its path, and a body that sets it. */
function leaves(attributes: readonly Attribute[], wrap: (body: object) => object, prefix = ''): Leaf[] {
  return attributes.flatMap((attribute) => {
    if (attribute.mutability !== 'readWrite' || attribute.keptApart) return [];
    const path = `${prefix}${attribute.name}`;
    if (attribute.subAttributes === undefined)
      return [{ path, attribute, body: (value: unknown) => wrap({ [attribute.name]: value }) }];
    const inside = (body: object) => wrap({ [attribute.name]: attribute.multiValued ? [body] : body });
    return leaves(attribute.subAttributes, inside, `${path}.`);
  });
}
type Leaf = { path: string; attribute: Attribute; body: (value: unknown) => object };

const userLeaves = [
  ...leaves(userTable.schema.attributes, (body) => ({ ...entraUser('hostile'), ...body })),
  ...userTable.extensions.flatMap(({ id, attributes }) =>
    leaves(attributes, (body) => ({ ...entraUser('hostile'), [id]: body }), `${id}:`),
  ),
];
const groupLeaves = leaves(groupTable.schema.attributes, (body) => ({ ...entraGroup('Hostile'), ...body }));
const texts = userLeaves.filter(({ attribute }) => attribute.type !== 'boolean');

const hostileTexts = [
  ['NUL', 'a\u0000b'],
  ['a lone high surrogate', 'a\ud800b'],
  ['a lone low surrogate', '\udc00'],
] as const;

describe.for(hostileTexts)('%s', ([, text]) => {
  it('is refused as the value of every attribute on POST, PUT and PATCH', async () => {
    expect(texts.length).toBeGreaterThan(40);
    const answers = await target.refuses([
      ...texts.map(({ body }) => post(json(body(text)))),
      ...texts.map(({ body }) => put(json(body(text)), target.userPath)),
      ...texts.map(({ path }) => patch([{ op: 'replace', path, value: text }], target.userPath)),
      ...texts.map(({ path }) => patch([{ op: 'add', value: { [path]: text } }], target.userPath)),
      ...groupLeaves.map(({ body }) => post(json(body(text)), '/Groups')),
      ...groupLeaves.map(({ body }) => put(json(body(text)), target.groupPath)),
      ...groupLeaves.map(({ path }) => patch([{ op: 'replace', path, value: text }], target.groupPath)),
      post(json({ ...entraUser('hostile'), externalId: text })),
      post(json({ ...entraGroup('Hostile'), externalId: text }), '/Groups'),
      post(json({ ...entraGroup('Hostile'), members: [{ value: text }] }), '/Groups'),
      patch([{ op: 'add', path: 'members', value: [{ value: text }] }], target.groupPath),
    ]);
    expect(scimTypesOf(answers)).toEqual(['invalidValue']);
  });

  it('is refused or finds nothing in filters and paths, and never reaches the database', async () => {
    const before = await target.rows.fingerprint();
    const quoted = json(text);
    const requests = [
      ...[
        'userName',
        'externalId',
        'displayName',
        'emails.value',
        'emails[type eq "work"].value',
        'id',
        'manager',
        'title',
      ].map((attribute) => filtered(`${attribute} eq ${quoted}`)),
      filtered(`emails[type eq ${quoted}]`),
      filtered(`${text} eq "x"`),
      filtered(`displayName eq ${quoted}`, '/Groups'),
      filtered(`members eq ${quoted}`, '/Groups'),
      get(`/Users?attributes=${encodeURIComponent(text.toWellFormed())}`),
      get(`/Users/${encodeURIComponent(text.toWellFormed())}`),
      patch([{ op: 'replace', path: text, value: 'x' }], target.userPath),
      patch([{ op: 'replace', path: `emails[type eq ${quoted}].value`, value: 'x' }], target.userPath),
      patch([{ op: 'remove', path: `members[value eq ${quoted}]` }], target.groupPath),
    ];
    for (const request of requests) {
      const answer = await target.send(request);
      expect(answer.status, `${request.path} ${String(request.body)}: ${answer.text}`).toBeLessThan(500);
      if (answer.status === 200 && Array.isArray(answer.body.Resources)) {
        if (request.path.includes('filter')) expect(resourcesOf(answer)).toEqual([]);
      }
    }
    expect(target.service.failures).toEqual([]);
    const { users: _, ...after } = await target.rows.fingerprint();
    const { users: __, ...rest } = before;
    expect(after.directory_group_members).toEqual(rest.directory_group_members);
  });

  it('in a refused request is told in the provisioning log like any other refusal', async () => {
    const { directory, organization } = target.connected;
    const quoted = json(text);
    for (const request of [
      filtered(`userName foo ${quoted}`),
      patch([{ op: 'replace', path: `[${text}`, value: 'x' }], target.userPath),
      patch([{ op: text, path: 'title', value: 'x' }], target.userPath),
      post(json(entraUser(text))),
    ]) {
      const requestId = `hostile-${randomUUID()}`;
      const answer = await target.send({ ...request, headers: { 'X-Request-Id': requestId } });
      expect(answer.status).toBe(400);
      const log = () =>
        target.service.domain.provisioningEvents.list(organization.operator, directory.id, { first: 50 });
      const told = async () => (await log()).items.filter((event) => event.requestId === requestId);
      await expect.poll(told, { timeout: 5_000 }).toHaveLength(1);
    }
    expect(target.service.failures).toEqual([]);
  });
});

describe('values', () => {
  it('of 9,000 characters and more are refused where they are too long, and what is kept is searchable', async () => {
    const answers = await target.refuses(
      texts
        .filter(({ attribute }) => attribute.type !== 'binary')
        .flatMap(({ body, path }) => [
          post(json(body('x'.repeat(9_000)))),
          patch([{ op: 'replace', path, value: '工'.repeat(9_000) }], target.userPath),
        ]),
    );
    expect(scimTypesOf(answers)).toEqual(['invalidValue']);
    await target.refuses([
      post(json(entraGroup('x'.repeat(9_000))), '/Groups'),
      put(json(entraGroup('x'.repeat(9_000))), target.groupPath),
    ]);
  });

  it('that fold to more than an index entry holds are refused', async () => {
    await target.refuses([
      post(json(entraUser('hostile', { userName: 'ΐ'.repeat(512) }))),
      post(json(entraGroup('ΐ'.repeat(512))), '/Groups'),
    ]);
  });

  it('of another type are refused for every attribute', async () => {
    const wrong = ({ attribute }: Leaf): unknown[] =>
      attribute.type === 'boolean' ? ['maybe', 7, { a: 1 }, [true, false]] : [7, true, { a: 1 }, ['a', 'b'], [[['a']]]];
    const cases = userLeaves.flatMap((leaf) => wrong(leaf).map((value) => ({ leaf, value })));
    // An object without "value" in a text's place, or a list in a list's item, says nothing that could be stored.
    await target.refuses(cases.map(({ leaf, value }) => post(json(leaf.body(value)))));
  });

  it('of another type in place of whole complex attributes, extensions and lists are refused', async () => {
    await target.refuses([
      post(json(entraUser('hostile', { name: 'text' }))),
      post(json(entraUser('hostile', { name: [{ givenName: 'a' }, { givenName: 'b' }] }))),
      post(json(entraUser('hostile', { emails: 7 }))),
      post(json(entraUser('hostile', { emails: [[{ value: 'a@b.c' }]] }))),
      post(json(entraUser('hostile', { addresses: 'text' }))),
      post(json(entraUser('hostile', { [ENTERPRISE_USER_SCHEMA]: 'text' }))),
      post(json(entraUser('hostile', { [ENTERPRISE_USER_SCHEMA]: [] }))),
      post(json(entraUser('hostile', { schemas: 'urn:x' }))),
      post(json(entraUser('hostile', { schemas: [{}] }))),
      post(json(entraGroup('Hostile', { members: 7 })), '/Groups'),
      post(json(entraGroup('Hostile', { members: [{ value: 7 }] })), '/Groups'),
      post(json(entraGroup('Hostile', { members: [[]] })), '/Groups'),
      post(json(entraUser('hostile', { emails: Array.from({ length: 1_001 }, (_, n) => ({ value: `${n}@b.c` })) }))),
    ]);
  });

  it('that sum up to more than a resource may hold are refused', async () => {
    const addresses = Array.from({ length: 100 }, (_, number) => ({ type: `${number}`, formatted: 'x'.repeat(4_000) }));
    await target.refuses([
      post(json(entraUser('hostile', { addresses }))),
      patch([{ op: 'add', path: 'addresses', value: addresses }], target.userPath),
    ]);
  });

  it.for(['1e999', '-1e999', '1e400', `1${'0'.repeat(5_000)}`, '-0', '0.1e-5000'])(
    'the number %s in place of text is refused',
    async (number) => {
      await target.refuses([
        post(`{"userName":"hostile@contoso.example","title":${number}}`),
        post(`{"userName":${number}}`),
      ]);
    },
  );
});
