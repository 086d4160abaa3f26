import { anyBusyUser, permissionNames } from './access-plan.ts';
import type { Act, ActPlan } from './acts.ts';
import { type SeededAccess, seedAccess } from './seed-access.ts';
import type { Stage } from './stage.ts';

/** What an admin or a page of the product asks about permissions, each in one statement. */
export const accessActs: ActPlan = {
  name: 'access',
  async open(stage: Stage): Promise<Act[][]> {
    const seeded = await seedAccess(stage);
    const { access } = stage.domain;
    const { operator, sizes } = seeded;
    const among = `${sizes.users.toLocaleString('en')} people`;
    return [
      [
        {
          name: 'check 100 people of 20 groups',
          size: among,
          run: () =>
            access.checkMany(
              operator,
              Array.from({ length: 100 }, () => aQuestion(seeded)),
            ),
        },
        { name: 'explain one permission', size: among, run: () => access.explain(operator, aQuestion(seeded)) },
        {
          name: 'who has it, first 50',
          size: among,
          run: () => access.whoHas(operator, { permission: aQuestion(seeded).permission }, {}),
        },
      ],
    ];
  },
};

function aQuestion({ userIds, sizes }: SeededAccess): { userId: string; permission: string } {
  const permission = permissionNames[Math.floor(Math.random() * permissionNames.length)] ?? '';
  return { userId: userIds[anyBusyUser(sizes)] ?? '', permission };
}
