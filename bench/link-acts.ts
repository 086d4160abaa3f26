import type { Actor } from '../src/domain/actors/actor.ts';
import { allScopes } from '../src/domain/actors/scope.ts';
import type { Act, ActPlan } from './acts.ts';
import { type SeededDirectory, seedDirectory, seedMembers, settleDatabases } from './seed.ts';
import type { Stage } from './stage.ts';

const call = { requestId: 'bench', method: 'POST', path: '/' };

/** What an admin does with the link of a large group: one row, however many people are behind it. */
export const linkActs: ActPlan = {
  name: 'links',
  async open(stage: Stage): Promise<Act[][]> {
    const sizes = stage.isLarge ? [1_000, 10_000, 100_000] : [1_000, 10_000];
    const largest = await seedDirectory(stage, 'links', Math.max(...sizes));
    const series: Act[][] = [];
    for (const size of sizes) series.push(await actsOn(stage, largest, size));
    await settleDatabases(stage);
    return series;
  },
};

async function actsOn(stage: Stage, seeded: SeededDirectory, size: number): Promise<Act[]> {
  const { domain } = stage;
  const { organizationId, directoryId, operator, userIds } = seeded;
  const name = `Group of ${size}`;
  const group = await domain.groups.create(operator, { name });
  const sets = await domain.permissionSets.list(operator, {});
  const admin = sets.items.find((set) => set.builtIn === 'admin')?.id ?? '';
  // A group of admins is protected, so the link waits until it is approved.
  await domain.grants.grant(operator, { permissionSetId: admin, groupId: group.id });
  const directory: Actor = { kind: 'directory', organizationId, directoryId, tokenId: directoryId, scopes: allScopes };
  const pushed = await domain.directoryGroups.create(directory, call, { directoryId, resource: { displayName: name } });
  const members = userIds.slice(0, size);
  const groupIds = members.map(() => pushed.id);
  await seedMembers(stage, 'directory_group_members', organizationId, { groupIds, userIds: members });
  const [link] = await domain.links.ofGroups(operator, [group.id]).then(([links]) => links ?? []);
  const id = link?.id ?? '';
  let digest = '';
  const among = `${size.toLocaleString('en')} members`;
  return [
    {
      name: 'preview a link',
      size: among,
      ...(size === 10_000 ? { mustMilliseconds: 1_000 } : {}),
      run: async () => {
        digest = (await domain.links.preview(operator, id)).digest;
      },
    },
    { name: 'approve it', size: among, run: () => domain.linkDecisions.approve(operator, { id, digest }) },
    {
      name: 'unlink, people go',
      size: among,
      run: () => domain.linkDecisions.unlink(operator, { id, people: 'letGo' }),
    },
  ];
}
