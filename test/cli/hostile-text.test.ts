// What customers' identity providers and people say reaches the operator's terminal as text, never as commands to it.
import { beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { allScopes } from '../../src/domain/actors/scope.ts';
import { openDomain } from '../../src/open-domain.ts';
import { signInWith } from '../domain/sign-in/sign-in-world.ts';
import { aCall } from '../harness/directory-domain.ts';
import { openCliDatabase, rollcall, rollcallJson } from './run-rollcall.ts';

/** Sets the title of the window, clears the screen, begins a line, and turns the order of what follows. */
const HOSTILE = 'eve\u001b]0;pwned\u0007\u001b[2J\r\n\u009b31m\u202egpj';
const COMMANDS = /[\p{Cc}\p{Bidi_Control}]/u;

let environment: Record<string, string>;
let linkId: string;
beforeAll(async () => {
  const database = await openCliDatabase();
  environment = { ...database.environment, PUBLIC_URL: 'http://127.0.0.1:4000' };
  await rollcallJson(environment, 'org', 'create', '--name', 'Acme', '--slug', 'acme', '--plan', 'enterprise');
  const { domain, close } = await openDomain(readConfig(environment), () => undefined);
  const { id: organizationId } = (await domain.organizations.findInAnyStatus('acme')) ?? { id: '' };
  const operator = { kind: 'operator', organizationId } as const;
  const oidc = { protocol: 'oidc', issuer: 'https://acme.okta.example', clientId: 'c', clientSecret: 's' } as const;
  const made = await domain.connections.create(operator, { ...oidc, allowsJustInTime: true });
  await domain.connections.enable(operator, made.id);
  const connection = await domain.signInConnections.find(made.id);
  if (!connection) throw new Error('The new connection was not found.');
  await signInWith({ domain }, { connection, person: { subject: HOSTILE, email: `${HOSTILE}@x.example` } });
  const { id: directoryId } = await domain.directories.create(operator, { name: 'Okta' });
  const directory = {
    kind: 'directory',
    organizationId,
    directoryId,
    tokenId: directoryId,
    scopes: allScopes,
  } as const;
  await domain.users.create(operator, { userName: HOSTILE });
  await domain.directoryUsers.create(directory, aCall, { directoryId, resource: { userName: HOSTILE } });
  linkId = (await domain.links.list(operator, {}, {})).items[0]?.id ?? '';
  await close();
  return () => database.close();
}, 60_000);

it.for([
  ['binding', 'list', '--all'],
  ['sign-in', 'list'],
  ['link', 'list'],
  ['link', 'preview'],
  ['session', 'list', '--user', HOSTILE],
  ['explain', '--permission', 'rollcall:users', '--user', HOSTILE],
])('%s %s writes nothing that a terminal obeys', async (words) => {
  const args = words[1] === 'preview' ? [...words, linkId] : words;
  const { stdout, stderr } = await rollcall(environment, ...args, '--org', 'acme');
  expect(`${stdout}${stderr}`).toContain('eve');
  for (const line of `${stdout}${stderr}`.split('\n')) expect(line).not.toMatch(COMMANDS);
});

it('begins no line of a list either, so that nobody forges one', async () => {
  const { stdout } = await rollcall(environment, 'sign-in', 'list', '--org', 'acme');
  expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  const preview = await rollcall(environment, 'link', 'preview', linkId, '--org', 'acme');
  expect(preview.stdout).not.toMatch(/^\S*31m/mu);
});

it('says in JSON what it was, by escapes alone', async () => {
  const { stdout } = await rollcall(environment, 'binding', 'list', '--org', 'acme', '--all', '--json');
  expect(stdout.replaceAll('\n', '')).not.toMatch(COMMANDS);
  expect(JSON.parse(stdout).bindings).toMatchObject([{ subject: HOSTILE }]);
});
