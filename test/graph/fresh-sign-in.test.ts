// What would open an organization to others asks for a fresh sign-in, mutation by mutation.
import { readFileSync } from 'node:fs';
import type { GraphQLFieldMap, GraphQLSchema } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { allScopes } from '../../src/domain/actors/scope.ts';
import { createSchema } from '../../src/graph/schema.ts';
import { LinkWorld } from '../domain/links/link-world.ts';
import { signedIn } from '../harness/signed-in.ts';
import { type Act, guardedActs, openActs, openMutations } from './fresh-sign-in-acts.ts';
import { type GraphAnswer, type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';

type Answer = GraphAnswer<Record<string, { errors: { code: string }[] }> | null>;

const STALE_MILLISECONDS = 16 * 60_000;
const guarded = [...new Set(guardedActs.map(({ mutation }) => mutation))].sort();
const named = (acts: readonly Act[]): [string, Act][] => acts.map((act) => [`${act.mutation}: ${act.way}`, act]);

let graph: OpenGraph;
let mutations: GraphQLFieldMap<unknown, unknown>;
beforeAll(async () => {
  graph = await openGraph();
  const schema: GraphQLSchema = await createSchema();
  mutations = schema.getMutationType()?.getFields() ?? {};
  return () => graph.close();
});

async function aScene() {
  const acme = await graph.anOrganization();
  const { id: organizationId, operator, directoryId } = acme;
  const scopes = allScopes;
  const directory = { kind: 'directory', organizationId, directoryId, tokenId: directoryId, scopes } as const;
  const world = new LinkWorld(graph, { organizationId, operator, directoryId, directory });
  return { acme, graph, world };
}

/** The cookie of an owner who signed in that long ago. */
async function anOwner({ id: organizationId, operator }: GraphOrganization, ago: number): Promise<string> {
  const sets = await graph.domain.permissionSets.list(operator, {});
  const permissionSetId = sets.items.find((set) => set.builtIn === 'owner')?.id ?? '';
  const { id: userId } = await graph.domain.users.create(operator, { userName: `owner-${ago}` });
  await graph.domain.grants.grant(operator, { permissionSetId, userId });
  return (await signedIn(graph, { organizationId, userId, at: new Date(Date.now() - ago) })).cookie;
}

async function carryOut(cookie: string, { mutation }: Act, input: object): Promise<Answer> {
  const type = String(mutations[mutation]?.args[0]?.type);
  const text = `mutation ($input: ${type}) { ${mutation}(input: $input) { errors { code } } }`;
  return graph.runAs<Answer['data']>(cookie, text, { input });
}

describe('every mutation', () => {
  it('has a decision: it asks for a fresh sign-in, or why not', () => {
    expect([...guarded, ...Object.keys(openMutations)].sort()).toEqual(Object.keys(mutations).sort());
  });

  it('says so in its description, where it asks', () => {
    const saying = Object.values(mutations).filter(({ description }) => description?.includes('a fresh sign-in'));
    expect(saying.map((mutation) => mutation.name).sort()).toEqual(guarded);
  });

  it('stands in the guide, where it asks', () => {
    const guide = readFileSync(new URL('../../docs/guides/security.md', import.meta.url), 'utf8');
    const section = guide.split('\n## ').find((each) => each.startsWith('What asks for a fresh sign-in')) ?? '';
    const words = [...section.matchAll(/`(\w+)`/g)].map(([, word]) => word ?? '');
    expect(words.filter((word) => word in mutations).sort()).toEqual(guarded);
  });
});

describe('somebody who signed in 16 minutes ago', () => {
  it.each(named(guardedActs))('is asked to sign in again: %s', async (_name, act) => {
    const scene = await aScene();
    const [stale, fresh] = [await anOwner(scene.acme, STALE_MILLISECONDS), await anOwner(scene.acme, 0)];
    const input = await act.input(scene);
    const before = await graph.historyOf(scene.acme);
    const refused = await carryOut(stale, act, input);
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', reason: 'FRESH_SIGN_IN_REQUIRED' } }]);
    expect(await graph.historyOf(scene.acme)).toEqual(before);
    const done = await carryOut(fresh, act, input);
    expect(done.errors).toBeUndefined();
    expect(done.data?.[act.mutation]?.errors.map(({ code }) => code)).toEqual(act.code ? [act.code] : []);
  });

  it.each(named(openActs))('need not: %s', async (_name, act) => {
    const scene = await aScene();
    const cookie = await anOwner(scene.acme, STALE_MILLISECONDS);
    const input = await act.input(scene);
    const before = await graph.historyOf(scene.acme);
    const done = await carryOut(cookie, act, input);
    expect(done).toMatchObject({ data: { [act.mutation]: { errors: [] } } });
    // Nothing to be done would be nothing to be asked for.
    expect(await graph.historyOf(scene.acme)).not.toEqual(before);
  });
});

describe('whoever is no person', () => {
  it.each(named(guardedActs))('is not asked: %s', async (_name, act) => {
    const scene = await aScene();
    const input = await act.input(scene);
    const type = String(mutations[act.mutation]?.args[0]?.type);
    const text = `mutation ($input: ${type}) { ${act.mutation}(input: $input) { errors { code } } }`;
    const { errors, data } = await graph.run<NonNullable<Answer['data']>>(scene.acme.ownerKey, text, { input });
    expect(errors).toBeUndefined();
    expect(data[act.mutation]?.errors.map(({ code }) => code)).toEqual(act.code ? [act.code] : []);
  });
});
