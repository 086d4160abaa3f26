import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { Actor } from '../../src/domain/actors/actor.ts';
import { openDomain } from '../../src/open-domain.ts';
import { aPersonOf, signInWith } from '../domain/sign-in/sign-in-world.ts';
import { type Environment, openCliDatabase, rollcall, rollcallJson } from './run-rollcall.ts';

let database: Awaited<ReturnType<typeof openCliDatabase>>;
let environment: Environment;
beforeAll(async () => {
  database = await openCliDatabase();
  environment = { ...database.environment, PUBLIC_URL: 'http://127.0.0.1:4000' };
});
afterAll(() => database.close());

/** An organization with a connection, an owner who has tried to sign in and waits, and somebody who is unknown. */
async function aWaiting(slug: string): Promise<{ eventId: string }> {
  const create = ['--name', 'Acme', '--slug', slug, '--plan', 'enterprise'];
  await rollcallJson(environment, 'org', 'create', ...create);
  const { domain, close } = await openDomain(readConfig(environment), () => undefined);
  try {
    const { id: organizationId } = (await domain.organizations.findInAnyStatus(slug)) ?? { id: '' };
    const operator: Actor = { kind: 'operator', organizationId };
    const oidc = { protocol: 'oidc', issuer: 'https://acme.okta.example', clientId: 'c', clientSecret: 's' } as const;
    const { id } = await domain.connections.create(operator, { ...oidc, allowsJustInTime: true });
    await domain.connections.enable(operator, id);
    const connection = await domain.connections.findForSignIn(id);
    if (!connection) throw new Error('The connection was not found.');
    await signInWith({ domain }, { connection, person: aPersonOf('ada') });
    const [binding] = (await domain.bindings.list(operator, {})).items;
    const [owner] = (await domain.permissionSets.list(operator, {})).items.filter((set) => set.builtIn === 'owner');
    await domain.grants.grant(operator, { permissionSetId: owner?.id ?? '', userId: binding?.userId ?? '' });
    await domain.bindings.end(operator, binding?.id ?? '');
    const outcome = await signInWith({ domain }, { connection, person: aPersonOf('ada') });
    if (outcome.kind !== 'refused') throw new Error('The owner was let in.');
    return { eventId: outcome.refusal.eventId };
  } finally {
    await close();
  }
}

describe('the commands of sign-in', () => {
  it('list who did not get in and why, approve, list and end the binding', async () => {
    const { eventId } = await aWaiting('acme');
    const at = ['--org', 'acme'];
    const listed = await rollcall(environment, 'sign-in', 'list', ...at, '--search', eventId.slice(-8));
    expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(listed.stdout).toContain(eventId.slice(-8));
    expect(listed.stdout).toContain('waits for an admin');
    const { signIns } = await rollcallJson<{ signIns: { id: string }[] }>(
      environment,
      'sign-in',
      'list',
      ...at,
      '--refused',
    );
    expect(signIns.map((event) => event.id)).toEqual([eventId]);
    const health = await rollcall(environment, 'sign-in', 'health', ...at);
    expect(health.stdout).toContain('0 of 1 active users of Acme could sign in.');
    const waiting = await rollcall(environment, 'binding', 'list', ...at);
    expect(waiting.stdout).toContain('npx rollcall binding approve --org acme');
    const { requests } = await rollcallJson<{ requests: { id: string }[] }>(environment, 'binding', 'list', ...at);
    const id = requests[0]?.id ?? '';
    const approved = await rollcall(environment, 'binding', 'approve', ...at, id);
    expect(approved.stdout).toContain('ada@acme.example signs in as ada@acme.example from now on.');
    const { bindings } = await rollcallJson<{ bindings: { id: string; endedAt: string | null }[] }>(
      environment,
      'binding',
      'list',
      ...at,
      '--user',
      'ada@acme.example',
    );
    expect(bindings).toHaveLength(1);
    const ended = await rollcallJson<{ endedReason: string }>(
      environment,
      'binding',
      'end',
      ...at,
      bindings[0]?.id ?? '',
    );
    expect(ended.endedReason).toBe('ended');
    const again = await rollcall(environment, 'binding', 'approve', ...at, id, '--json');
    expect(again.exitCode).toBe(1);
    expect(again.stdout + again.stderr).toContain('bindingRequestNotPending');
  });

  it('rejects, and says so of an organization of whom nobody waits', async () => {
    await aWaiting('beta');
    const at = ['--org', 'beta'];
    const { requests } = await rollcallJson<{ requests: { id: string }[] }>(environment, 'binding', 'list', ...at);
    const rejected = await rollcall(environment, 'binding', 'reject', ...at, requests[0]?.id ?? '');
    expect(rejected.stdout).toContain('stays out');
    expect((await rollcall(environment, 'binding', 'list', ...at)).stdout).toContain('No sign-in to Acme waits');
  });
});
