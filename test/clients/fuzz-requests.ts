import fc from 'fast-check';
import { urns } from '../conformance/urns.ts';
import { defaultDialect, entraGroup, entraUser, flagDialect } from './entra-requests.ts';
import { oktaUser } from './okta-requests.ts';

/** An extension that the organization declared. */
export const declaredUrn = 'urn:acme:params:scim:2.0:User';

/** Words that are replaced when a request is sent: ids of records, and a text that no other request has. */
export const placeholders = ['USER-ID', 'GROUP-ID', 'FOREIGN-USER', 'FOREIGN-GROUP', 'UNIQUE'] as const;

export interface FuzzRequest {
  /** Whether it goes to the directory that is strict. */
  readonly isStrict: boolean;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  /** Bytes as latin-1 text, so that a counterexample can be read and sent again. */
  readonly body?: string;
}

type Seed = { readonly method: string; readonly path: string; readonly body?: unknown };

const patch = (...operations: unknown[]) => ({ schemas: [urns.patchOp], Operations: operations });

/** What honest clients send; everything else is made of it. */
const seeds: readonly Seed[] = [
  {
    method: 'POST',
    path: '/Users',
    body: entraUser('grace-UNIQUE', { [urns.enterprise]: { department: 'R&D', manager: 'USER-ID' } }),
  },
  { method: 'POST', path: '/Users', body: oktaUser('linus-UNIQUE') },
  {
    method: 'POST',
    path: '/Users',
    body: entraUser('ext-UNIQUE', {
      [declaredUrn]: { number: 7, doors: ['a'], issued: '2024-03-01T10:00:00Z', undeclared: 1 },
      'urn:open:2.0:User': { tags: [{ a: 1 }] },
    }),
  },
  { method: 'PUT', path: '/Users/USER-ID', body: entraUser('ada-UNIQUE', { title: 'T' }) },
  { method: 'PUT', path: '/Users/FOREIGN-USER', body: entraUser('ada') },
  { method: 'PATCH', path: '/Users/USER-ID', body: patch(defaultDialect.disable, defaultDialect.restore) },
  {
    method: 'PATCH',
    path: '/Users/USER-ID?aadOptscim062020',
    body: patch(
      flagDialect.replace({ displayName: 'A', 'name.givenName': 'B', [`${urns.enterprise}:department`]: 'C' }),
      { op: 'add', path: 'emails[type eq "work"].value', value: 'a@b.example' },
      { op: 'remove', path: 'manager[value eq "x"]' },
      { op: 'replace', path: 'roles', value: [{ value: '{"value":"r"}', primary: 'True' }] },
      { op: 'add', path: `${declaredUrn}:number`, value: 8 },
    ),
  },
  { method: 'DELETE', path: '/Users/FOREIGN-USER' },
  {
    method: 'POST',
    path: '/Groups',
    body: entraGroup('Band UNIQUE', { members: [{ value: 'USER-ID' }, { value: 'FOREIGN-USER' }] }),
  },
  { method: 'PUT', path: '/Groups/GROUP-ID', body: entraGroup('Screens UNIQUE', { members: [{ value: 'USER-ID' }] }) },
  {
    method: 'PATCH',
    path: '/Groups/GROUP-ID',
    body: patch(
      defaultDialect.addMembers('USER-ID', 'FOREIGN-USER'),
      flagDialect.removeMember('USER-ID'),
      { op: 'remove', path: 'members[display sw "a"]' },
      { op: 'Replace', path: 'displayName', value: 'Screens' },
    ),
  },
  {
    method: 'PATCH',
    path: '/Groups/FOREIGN-GROUP?attributes=displayName',
    body: patch(defaultDialect.addMembers('USER-ID')),
  },
  {
    method: 'POST',
    path: '/Bulk',
    body: {
      schemas: [urns.bulkRequest],
      failOnErrors: 2,
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'q', data: entraUser('bulk-UNIQUE') },
        {
          method: 'POST',
          path: '/Groups',
          bulkId: 'g',
          data: entraGroup('Bulk UNIQUE', { members: [{ value: 'bulkId:q' }] }),
        },
        { method: 'PATCH', path: '/Users/bulkId:q', version: 'W/"1"', data: patch(defaultDialect.disable) },
        { method: 'DELETE', path: '/Users/FOREIGN-USER' },
        { method: 'PUT', path: '/Groups/bulkId:g', data: entraGroup('Bulk 2 UNIQUE') },
      ],
    },
  },
  ...['/Users/.search', '/Groups/.search', '/.search'].map((path) => ({
    method: 'POST',
    path,
    body: {
      schemas: [urns.searchRequest],
      attributes: ['userName', 'displayName'],
      excludedAttributes: ['members'],
      filter: 'meta.created gt "2020-01-01T00:00:00Z" and emails[type eq "work" and value co "@"]',
      sortBy: 'meta.created',
      sortOrder: 'descending',
      startIndex: 1,
      count: 3,
      cursor: '',
    },
  })),
  ...[
    '/Users?filter=userName+eq+%22ada%40contoso.example%22',
    '/Users?filter=emails%5Btype+eq+%22work%22%5D.value+co+%22a%22&sortBy=name.familyName&sortOrder=descending&count=3',
    '/Users?filter=not+(active+eq+true)+or+meta.lastModified+gt+%222020-01-01T00:00:00Z%22&startIndex=2',
    '/Users?cursor&count=1&attributes=userName,emails.value,urn:acme:params:scim:2.0:User:number',
    '/Groups?excludedAttributes=members&filter=members+eq+%22USER-ID%22',
    '/Groups?filter=displayName+sw+%22S%22&cursor=&sortBy=displayName',
    '/?filter=displayName+pr',
    '/Users/USER-ID?excludedAttributes=groups,name.givenName',
    '/Users/FOREIGN-USER',
    '/Groups/GROUP-ID?attributes=members.value',
    '/ServiceProviderConfig',
    '/ResourceTypes/User',
    `/Schemas/${urns.enterprise}`,
    '/Me',
  ].map((path) => ({ method: 'GET', path })),
];

const nastyText = fc.oneof(
  fc.constantFrom(
    ...['', ' ', '\u0000', '\ud800', '\ufeff', '💥', 'ẞ', 'x'.repeat(5_000), '__proto__', 'constructor', 'bulkId:q'],
    ...["' or 1=1 --", '%', '\\', '$1', '{}', '[', 'null', 'True', '1e999', '-0', '2020-02-30T00:00:00Z'],
    ...['9999-12-31T23:59:60Z', '0001-01-01T00:00:00Z', '+275760-09-13T00:00:00Z', 'emails[', 'name..x', 'members'],
    ...placeholders,
    ...Object.values(urns),
  ),
  fc.string({ unit: 'binary' }),
);
const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 53, -(2 ** 63), 1e308, [], {}, [[]], [{}], [null], {
    value: {},
  }),
);

/** One change of a JSON document: at the node that `at` counts to. */
const mutation = fc.record({
  at: fc.nat({ max: 200 }),
  kind: fc.constantFrom('replace', 'remove', 'double', 'wrap', 'rename', 'unwrap', 'capitals'),
  value: nastyValue,
  name: nastyText,
});
type Mutation = typeof mutation extends fc.Arbitrary<infer One> ? One : never;

function mutated(json: unknown, change: Mutation): unknown {
  let left = change.at % Math.max(countOf(json), 1);
  const walk = (node: unknown): unknown => {
    if (left === 0) {
      left = -1;
      return changed(node, change);
    }
    left -= 1;
    if (Array.isArray(node)) {
      if (change.kind === 'double' && left === 0) {
        left = -1;
        return [...node, ...node];
      }
      return node.flatMap((item) => {
        const next = walk(item);
        return next === undefined ? [] : [next];
      });
    }
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).flatMap(([key, item]) => {
        const isHere = left === 0;
        if (isHere && change.kind === 'rename') {
          left = -1;
          return [[change.name, item]];
        }
        if (isHere && change.kind === 'capitals') {
          left = -1;
          return [[key.toUpperCase(), item]];
        }
        const next = walk(item);
        return next === undefined ? [] : [[key, next]];
      }),
    );
  };
  return walk(json);
}

function countOf(json: unknown): number {
  if (typeof json !== 'object' || json === null) return 1;
  return 1 + Object.values(json).reduce((sum: number, item) => sum + countOf(item), 0);
}

function changed(node: unknown, { kind, value }: Mutation): unknown {
  if (kind === 'remove') return undefined;
  if (kind === 'wrap') return [node];
  if (kind === 'unwrap' && Array.isArray(node)) return node[0];
  return value;
}

/** Text as UTF-8 bytes in latin-1, with some bytes changed. */
const damage = fc.array(
  fc.record({
    at: fc.nat({ max: 4_000 }),
    kind: fc.constantFrom('set', 'insert', 'cut', 'end'),
    byte: fc.nat({ max: 255 }),
  }),
  { maxLength: 3 },
);
type Damage = typeof damage extends fc.Arbitrary<infer All> ? All : never;

function damaged(text: string, changes: Damage): string {
  let bytes = Buffer.from(text).toString('latin1');
  for (const { at, kind, byte } of changes) {
    const place = at % (bytes.length + 1);
    const rest = bytes.slice(kind === 'insert' ? place : place + 1);
    bytes = bytes.slice(0, place) + (kind === 'end' ? '' : kind === 'cut' ? rest : String.fromCharCode(byte) + rest);
  }
  return bytes;
}

const parameter = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        ...['filter', 'attributes', 'excludedAttributes', 'startIndex', 'count', 'sortBy', 'sortOrder', 'cursor'],
      ),
      fc.oneof(
        nastyText,
        fc.constantFrom(
          ...['userName', 'emails', 'meta.created', 'active', 'members.value', 'groups.value', 'schemas', 'id'],
        ),
        fc
          .tuple(
            fc.constantFrom(
              ...['userName', 'emails.value', 'emails', 'active', 'meta.created', 'members', 'id', 'externalId'],
            ),
            fc.constantFrom(...['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']),
            nastyValue,
          )
          .map(([name, operator, value]) => `${name} ${operator} ${JSON.stringify(value)}`),
      ),
    )
    .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`),
  fc.stringMatching(/^[!-~]{0,30}$/),
);

const header = fc.tuple(
  fc.constantFrom(
    ...['If-Match', 'If-None-Match', 'Accept', 'Content-Type', 'Content-Encoding', 'X-Request-Id', 'Expect', 'Range'],
    ...['X-HTTP-Method-Override', 'Accept-Encoding', 'Prefer', 'Cookie', 'Origin'],
  ),
  fc.oneof(
    fc.constantFrom(
      '*',
      'W/"1"',
      '"1", W/"2"',
      'application/json',
      'text/html',
      'gzip',
      'application/scim+json; charset=x',
      '',
    ),
    fc.stringMatching(/^[ -~\u0080-\u00ff]{0,40}$/),
  ),
);

const methods = fc.oneof(
  { weight: 8, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY'),
  },
);

/** An honest request with up to four things about it changed; without `Expect: 100-continue`, which only delays. */
export const mutatedRequest: fc.Arbitrary<FuzzRequest> = fc
  .record({
    isStrict: fc.boolean(),
    seed: fc.constantFrom(...seeds),
    method: methods,
    mutations: fc.array(mutation, { maxLength: 4 }),
    damage: fc.oneof({ weight: 4, arbitrary: fc.constant<Damage>([]) }, { weight: 1, arbitrary: damage }),
    parameters: fc.array(parameter, { maxLength: 2 }),
    headers: fc.array(header, { maxLength: 2 }),
  })
  .map(({ isStrict, seed, method = seed.method, mutations, damage, parameters, headers }) => {
    const query = parameters.length === 0 ? '' : `${seed.path.includes('?') ? '&' : '?'}${parameters.join('&')}`;
    const json = mutations.reduce(mutated, seed.body);
    const body = json === undefined ? undefined : damaged(JSON.stringify(json), damage);
    return {
      isStrict,
      method,
      path: `${seed.path}${query}`,
      headers: Object.fromEntries(headers.filter(([name]) => name !== 'Expect')),
      ...(body === undefined ? {} : { body }),
    };
  });

/** Any path, query, header and bytes at all. */
export const arbitraryRequest: fc.Arbitrary<FuzzRequest> = fc
  .record({
    isStrict: fc.boolean(),
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
    path: fc
      .tuple(
        fc.constantFrom(
          '',
          '/Users',
          '/Groups',
          '/Users/USER-ID',
          '/Groups/GROUP-ID',
          '/Bulk',
          '/.search',
          '/Users/.search',
          '/Schemas',
          '/Me',
        ),
        fc.oneof(
          { weight: 3, arbitrary: fc.constant('') },
          { weight: 1, arbitrary: fc.stringMatching(/^[!-~]{0,30}$/).filter((text) => !text.includes('#')) },
        ),
        fc.array(parameter, { maxLength: 3 }),
      )
      .map(([start, more, parameters]) => `${start}${more === '' ? '' : `/${more}`}?${parameters.join('&')}`),
    headers: fc
      .array(header, { maxLength: 3 })
      .map((some) => Object.fromEntries(some.filter(([name]) => name !== 'Expect'))),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text).toString('latin1')),
    ),
  })
  .map(({ body, ...request }) =>
    ['GET', 'HEAD', 'OPTIONS'].includes(request.method) ? request : { ...request, body },
  );

/** The bytes of a connection: heads that are nearly right, and anything. */
export const arbitraryBytes: fc.Arbitrary<string> = fc
  .record({
    line: fc.constantFrom(
      ...[
        'GET PATH/Users HTTP/1.1',
        'POST PATH/Users HTTP/1.1',
        'PATCH PATH/Users/USER-ID HTTP/1.1',
        'GET PATH/Users HTTP/9.9',
      ],
      ...[
        'GET  PATH HTTP/1.1',
        'BREW PATH HTTP/1.1',
        'GET',
        '',
        'PRI * HTTP/2.0',
        'CONNECT x:1 HTTP/1.1',
        'GET http://[/ HTTP/1.1',
      ],
    ),
    headers: fc.array(
      fc.constantFrom(
        ...[
          'Host: x',
          'Host',
          ': x',
          'Content-Length: 5',
          'Content-Length: -1',
          'Content-Length: 99999999999',
          'Transfer-Encoding: chunked',
        ],
        ...[
          'Transfer-Encoding: gzip, chunked',
          'Connection: close',
          'Connection: upgrade',
          'Upgrade: h2c',
          'Authorization: Bearer TOKEN',
        ],
        ...[
          'Authorization: Basic eDp5',
          'Authorization:',
          'Content-Type: application/scim+json',
          'X: \u0001',
          'X: é',
          'Expect: 200-maybe',
        ],
      ),
      { maxLength: 6 },
    ),
    body: fc.oneof(
      fc.constantFrom('', '{}', '5\r\n{"a":\r\n', 'zz\r\n', '{"userName":"raw"}'),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    ),
    damage,
  })
  .map(({ line, headers, body, damage }) => damaged(`${[line, ...headers].join('\r\n')}\r\n\r\n${body}`, damage));
