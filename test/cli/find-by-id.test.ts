import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { findSpace } from '../../src/cli/find-space.ts';
import { findUser } from '../../src/cli/find-user.ts';
import type { Actor } from '../../src/domain/actors/actor.ts';
import { allScopes } from '../../src/domain/actors/scope.ts';
import { openTestDomain, type TestDomain } from '../harness/directory-domain.ts';

let world: TestDomain;
let acme: { id: string; name: string; slug: string };
beforeAll(async () => {
  world = await openTestDomain();
  acme = await world.domain.organizations.create({ name: 'Acme', slug: 'acme' });
  return () => world.close();
});

const found = (operator: Actor) => ({ ...acme, operator });

describe.each([
  ['user', findUser],
  ['space', findSpace],
])('a command that looks for a %s by its id', (noun, find) => {
  it('says that there is none, and keeps every other refusal what it is', async () => {
    const [id, organizationId] = [uuid(), acme.id];
    const operator: Actor = { kind: 'operator', organizationId };
    const stranger: Actor = {
      kind: 'directory',
      organizationId,
      directoryId: uuid(),
      tokenId: uuid(),
      scopes: allScopes,
    };
    await expect(find(world.domain, found(operator), id)).rejects.toMatchObject({
      code: 'notFound',
      message: `Acme has no ${noun} with the id ${id}.`,
    });
    await expect(find(world.domain, found(stranger), id)).rejects.toMatchObject({ code: 'forbidden' });
  });
});
