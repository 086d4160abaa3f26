import type { UpdateConnection } from '../domain/connections/connection-input.ts';
import { clientSecretOption, readClientSecret } from './client-secret-option.ts';
import type { Command, CommandContext } from './command.ts';
import { UsageError } from './command-error.ts';
import { connectionJson } from './connection-text.ts';
import { connectionArgument, findConnection } from './find-connection.ts';
import { readMetadataFile } from './metadata-file.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'connection update',
  summary: 'Change a connection: a new client secret, new metadata, its issuer, its name.',
  usage:
    'Certificates of new metadata are believed beside those before, two at most. Whoever changes whom it believes (issuer, client id, metadata, certificates, stable id claim) ends the sessions that were proved through it.',
  argument: connectionArgument,
  options: {
    name: { description: 'As people read it.', placeholder: 'NAME' },
    issuer: { description: 'OIDC: the new issuer; its people are found anew.', placeholder: 'URL' },
    'client-id': { description: 'OIDC: the new client id.', placeholder: 'ID' },
    'client-secret': clientSecretOption,
    metadata: { description: 'SAML: new metadata of the same identity provider, XML.', placeholder: 'FILE' },
    'remove-certificate': {
      description: 'SAML: a certificate to believe no longer.',
      placeholder: 'FINGERPRINT',
    },
    'stable-id-claim': { description: 'The claim that is the externalId of people.', placeholder: 'CLAIM' },
    'just-in-time': { description: 'Make users of people nobody provisioned.' },
    'no-just-in-time': { description: 'Make none.' },
  },
  run: async (context) => {
    const { options, terminal } = context;
    const input = await readInput(context);
    return withSession(context, async ({ domain, config }) => {
      const { operator, slug, connection } = await findConnection(domain, options.argument);
      const after = await domain.connections.update(operator, connection.id, input);
      const human = `${terminal.paint('green', '✓')} ${terminal.paint('bold', after.name)} is changed. Try it out: npx rollcall connection test ${after.id}`;
      return { json: connectionJson({ publicUrl: config.publicUrl, slug }, after), human };
    });
  },
};

async function readInput(context: CommandContext): Promise<UpdateConnection> {
  const { options } = context;
  const [made, unmade] = [options.flag('just-in-time'), options.flag('no-just-in-time')];
  if (made && unmade) throw new UsageError('--just-in-time and --no-just-in-time exclude each other.');
  const metadata = options.text('metadata');
  const input: UpdateConnection = {
    name: options.text('name'),
    issuer: options.text('issuer'),
    clientId: options.text('client-id'),
    clientSecret: await readClientSecret(context),
    metadata: metadata === undefined ? undefined : await readMetadataFile(metadata),
    removeCertificate: options.text('remove-certificate'),
    stableIdClaim: options.text('stable-id-claim'),
    allowsJustInTime: made || unmade ? made : undefined,
  };
  if (Object.values(input).some((value) => value !== undefined)) return input;
  throw new UsageError('Nothing is to be changed.');
}
