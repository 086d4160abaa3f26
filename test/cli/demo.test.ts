import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCliDatabase, rollcall, rollcallJson, startRollcall } from './run-rollcall.ts';

let database: Awaited<ReturnType<typeof openCliDatabase>>;
beforeEach(async () => {
  database = await openCliDatabase();
});
afterEach(() => database.close());

const columnsMax = 88;

async function tellDemo(): Promise<string> {
  const demo = await startRollcall(database.environment, 'Ctrl-C stops it.', 'demo');
  expect(await demo.stop()).toBe(0);
  return demo.output();
}

/** Steps 2 to 6 of the story: what happened, without the credentials. */
function story(output: string): string {
  return output.slice(output.indexOf('\n2  '), output.indexOf('\nGo on in'));
}

/** What GraphQL answered about a person, as the story shows it. */
function answerAbout(name: string, output: string): string {
  const start = output.indexOf(`✓ ${name}`);
  expect(start).toBeGreaterThan(0);
  return output.slice(start, output.indexOf('\n\n', start));
}

describe('rollcall demo', () => {
  it('S7 S12: tells the main job, then tells it again over what is there, and goes on after an approval', async () => {
    const first = await tellDemo();
    expect(first).toContain('organization Acme, slug acme, on the enterprise plan');
    expect(story(first)).toContain('20 people arrive: 20 created');
    expect(story(first)).toContain('it joins Acme\'s group "Marketing": 6 people from Entra, 2 by hand');
    expect(story(first)).toContain('the link waits');
    expect(story(first)).toContain('"Field Sales" is on its own, without permissions');
    expect(answerAbout('Ada Lovelace', first)).toContain('"screens:publish"');
    expect(answerAbout('Zoë Müller', first)).toMatch(/"groups": \[\],\s+"effectivePermissions": \[\]/);
    expect(answerAbout("Björn O'Brien", first)).toMatch(/"Field Sales".*\n\s+"effectivePermissions": \[\]/);

    const second = await tellDemo();
    expect(second).toContain('Acme is here from an earlier run');
    expect(story(second)).not.toMatch(/created|their manager|added|renamed/);
    expect(story(second).match(/all as it was, nothing to change/g)).toHaveLength(4);

    const [owner] = /owner-link --org acme --email \S+/.exec(first) ?? [''];
    expect((await rollcall(database.environment, ...owner.split(' '))).stdout).toContain('/sign-in/link/rclink_');

    const [command] = /link approve --org acme \S+/.exec(second) ?? [''];
    const approved = await rollcall(database.environment, ...command.split(' '), '--yes');
    expect(approved.stdout).toContain('3 people came into it.');

    const third = await tellDemo();
    expect(third).not.toContain('link approve');
    expect(story(third)).toContain('it joins Acme\'s group "Administrators": 3 people from Entra');
    expect(answerAbout('Zoë Müller', third)).toContain('"users:impersonate"');

    const lines = [first, second, third].flatMap((output) => output.split('\n'));
    expect(lines.filter((line) => line.length > columnsMax)).toEqual([]);
    expect(first).not.toContain('\u001b');
  });

  it('prints addresses and credentials that work as one JSON value under --json', async () => {
    const demo = await startRollcall(database.environment, '}\n', 'demo', '--json');
    const { graphqlUrl, apiKey, tenantUrl, token } = JSON.parse(demo.output()) as Record<string, string>;
    const answer = await fetch(String(graphqlUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: '{"query":"{ viewer { organization { slug } } }"}',
    });
    const scim = await fetch(`${tenantUrl}/Users`, { headers: { authorization: `Bearer ${token}` } });
    await demo.stop();
    expect(await answer.json()).toEqual({ data: { viewer: { organization: { slug: 'acme' } } } });
    expect(await scim.json()).toMatchObject({ totalResults: 20 });
  });

  it('says which port is taken and one that is free', async () => {
    const service = await startRollcall(database.environment, '\n', 'serve', '--json');
    const { url } = JSON.parse(service.output()) as { url: string };
    const port = Number(new URL(url).port);
    // Its neighbour is taken too, by us or by somebody else.
    const neighbour = createServer().on('error', () => undefined);
    await new Promise((resolve) => neighbour.once('error', resolve).listen(port + 1, '127.0.0.1', () => resolve(null)));
    const { exitCode, stderr } = await rollcall({ ...database.environment, PORT: String(port) }, 'demo');
    const advice = /^Port (\d+) is taken: is Rollcall running already\? Choose another: PORT=(\d+) npm run demo\n$/;
    const [, taken, advised] = advice.exec(stderr) ?? [];
    expect([exitCode, Number(taken)]).toEqual([1, port]);
    expect([port, port + 1]).not.toContain(Number(advised));
    const another = await startRollcall({ ...database.environment, PORT: String(advised) }, '\n', 'serve', '--json');
    expect(JSON.parse(another.output())).toMatchObject({ url: `http://localhost:${advised}` });
    await another.stop();
    await service.stop();
    neighbour.close();
  });

  it('leaves Acme as an organization that the other commands know', async () => {
    await tellDemo();
    const { organizations } = await rollcallJson<{ organizations: object[] }>(database.environment, 'org', 'list');
    expect(organizations).toMatchObject([{ slug: 'acme', plan: 'enterprise', status: 'active' }]);
  });
});
