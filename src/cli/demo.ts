import { fileURLToPath } from 'node:url';
import type { Service } from '../app.ts';
import type { Config } from '../config.ts';
import type { Command, CommandContext, CommandResult } from './command.ts';
import { askWhoMay } from './demo/ask-who-may.ts';
import { makeAcme } from './demo/make-acme.ts';
import { Narrator } from './demo/narrator.ts';
import { type DemoService, provision } from './demo/provision.ts';
import { debugLog, readSettings } from './open-session.ts';
import { startHere } from './start-here.ts';

export const command: Command = {
  name: 'demo',
  summary: 'The main job, step by step on real calls; then the service stays up.',
  usage: [
    'Starts the service, makes the organization Acme, and lets the built-in Entra simulator provision',
    'it over HTTP. Safe to run again: it goes on with what is there.',
    'With --json it prints addresses and credentials only.',
  ].join('\n'),
  options: {},
  run,
};

const sampleCatalogue = fileURLToPath(new URL('../../permissions.json', import.meta.url));

async function run({ environment, terminal, isJson, untilStopped }: CommandContext): Promise<CommandResult> {
  const config = readSettings(environment);
  const withCatalogue: Config = { ...config, permissionsFile: config.permissionsFile ?? sampleCatalogue };
  const narrator = new Narrator(terminal, isJson);
  const service = await startHere(withCatalogue, 'npm run demo', ({ startService }) =>
    startService(withCatalogue, debugLog(config, terminal.stderr)),
  );
  const stopped = untilStopped();
  try {
    const demo = await tell(service, narrator);
    if (isJson) terminal.stdout.write(`${JSON.stringify(demo)}\n`);
    await stopped;
    narrator.say('Stopping. Acme stays as it is; run the demo again to go on.');
  } finally {
    await service.close();
  }
  return { json: undefined, human: '' };
}

/** What somebody needs to go on; printed under --json. */
interface Belongings {
  url: string;
  graphqlUrl: string;
  tenantUrl: string;
  token: string;
  apiKey: string;
  /** The link of the administrators, while it waits. */
  waitingLinkId: string | null;
}

async function tell(service: Service, narrator: Narrator): Promise<Belongings> {
  const { publicUrl, url, domain } = service;
  narrator.title('Rollcall, from Entra to permissions in six steps');
  narrator.say(`The service is up on ${publicUrl}. Everything below is a real call.`);
  const acme = await makeAcme(domain, narrator);
  const { directoryId, token, apiKey } = acme;
  // The story runs in this process: it calls the service where it listens, whatever its public name is.
  const demo: DemoService = { url, apiKey, directoryId, token, tenantUrl: `${url}/scim/v2/${directoryId}` };
  const waitingLinkId = await provision(demo, narrator);
  await askWhoMay(demo, narrator);
  const tenantUrl = service.tenantUrl(directoryId);
  const belongings = { url: publicUrl, graphqlUrl: `${publicUrl}/graphql`, tenantUrl, token, apiKey, waitingLinkId };
  showNext(belongings, narrator);
  return belongings;
}

function showNext({ graphqlUrl, tenantUrl, token, apiKey, waitingLinkId }: Belongings, narrator: Narrator): void {
  narrator.title('Go on in another terminal, with the same settings');
  if (waitingLinkId !== null) {
    narrator.say('Approve the administrators. It first shows what they would gain:');
    narrator.copy([`npx rollcall link approve --org acme ${waitingLinkId}`]);
    narrator.blank();
  }
  narrator.say('Why may Ada publish?');
  narrator.copy([
    'npx rollcall explain --org acme --user ada.lovelace@acme.example \\',
    '  --permission screens:publish',
  ]);
  narrator.blank();
  narrator.say('Sign in yourself, as an owner. It prints a link that opens once:');
  narrator.copy(['npx rollcall owner-link --org acme --email you@acme.example']);
  narrator.title('Yours to play with');
  narrator.facts([
    ['GraphQL', graphqlUrl],
    ['API key', apiKey],
    ['Tenant URL', tenantUrl],
    ['Secret Token', token],
  ]);
  narrator.say('The last two go into Entra. Key and token are shown this once.');
  narrator.blank();
  narrator.say('The service stays up. Ctrl-C stops it.');
}
