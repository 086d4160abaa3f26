import { expect, it } from 'vitest';
import { startFacade } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';

/** What the gateway warns of at its start, before a GraphQL that is not there. */
async function warnings(settings: Record<string, string>): Promise<unknown[]> {
  const logged: unknown[] = [];
  const config = { ...readConfig({ PORT: '0', ...settings }), graphUrl: 'http://127.0.0.1:9/graphql' };
  const { close } = await startFacade(config, (level, event, facts) => logged.push([level, event, facts]));
  await close();
  return logged.filter((line) => JSON.stringify(line).includes('PUBLIC_URL'));
}

it('is missed where the service listens to others under an address on localhost', async () => {
  expect(await warnings({ HOST: '0.0.0.0' })).toEqual([
    [
      'warn',
      expect.stringContaining('set PUBLIC_URL'),
      { publicUrl: expect.stringMatching(/^http:\/\/localhost:\d+$/) },
    ],
  ]);
  expect(await warnings({ NODE_ENV: 'production' })).toHaveLength(1);
});

it('is not missed on this machine alone, or where it is set', async () => {
  expect(await warnings({})).toEqual([]);
  expect(await warnings({ HOST: '0.0.0.0', PUBLIC_URL: 'https://rollcall.example' })).toEqual([]);
});
