import { expect, it } from 'vitest';
import { PATCH_OP, USER_SCHEMA } from '../../src/attributes/urns.ts';
import { startFacade } from './facade-server.ts';
import { failed } from './memory-graph.ts';

const standard = { schemas: [USER_SCHEMA], userName: 'ada' };
const lenient = { userName: 'ada', active: 'True' };

/** A directory that is strict: it takes only what the sender vouches for. */
async function strictFacade() {
  const facade = await startFacade();
  for (const [name, field] of [
    ['CreateUser', 'createDirectoryUser'],
    ['ReplaceUser', 'replaceDirectoryUser'],
  ] as const) {
    facade.graph.answers.set(name, ({ input }) => {
      const isStandard = (input as { isStandard?: boolean }).isStandard === true;
      return isStandard ? undefined : { data: { [field]: failed('DIRECTORY_IS_STRICT') } };
    });
  }
  return facade;
}

it('asks a tolerant directory once, and vouches for nothing', async () => {
  const { send, graph } = await startFacade();
  expect((await send({ method: 'POST', path: '/Users', body: lenient })).status).toBe(201);
  const created = graph.asked.filter(({ name }) => name === 'CreateUser');
  expect(created.map(({ variables }) => Object.keys(variables.input as object))).toEqual([['directoryId', 'resource']]);
});

it('sends a strict directory what keeps to the standard again, vouched for', async () => {
  const { send, graph } = await strictFacade();
  expect((await send({ method: 'POST', path: '/Users', body: standard })).status).toBe(201);
  const created = graph.asked.filter(({ name }) => name === 'CreateUser');
  expect(created.map(({ variables }) => (variables.input as { isStandard?: boolean }).isStandard)).toEqual([
    undefined,
    true,
  ]);
});

it('answers what departs from the standard itself, and does not send it again', async () => {
  const { send, graph } = await strictFacade();
  const user = graph.addUser({ userName: 'ada' });
  const answers = [
    await send({ method: 'POST', path: '/Users', body: lenient }),
    await send({
      method: 'PATCH',
      path: `/Users/${user.id}`,
      body: {
        schemas: [PATCH_OP],
        Operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'a@b.c' }],
      },
    }),
  ];
  expect(answers.map(({ status, body }) => [status, (body as { scimType?: string }).scimType])).toEqual([
    [400, 'invalidSyntax'],
    [400, 'noTarget'],
  ]);
  expect(graph.namesAsked().filter((name) => ['CreateUser', 'ReplaceUser'].includes(name))).toEqual([
    'CreateUser',
    'ReplaceUser',
  ]);
});
