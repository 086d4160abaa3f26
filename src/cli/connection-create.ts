import type { CreateConnection } from '../domain/connections/connection-input.ts';
import type { ConnectionRow } from '../domain/connections/connections.store.ts';
import { allItems } from './all-items.ts';
import { clientSecretOption, readClientSecret } from './client-secret-option.ts';
import type { Command, CommandContext } from './command.ts';
import { UsageError } from './command-error.ts';
import { addressesOf, addressRows, type ConnectionPlace } from './connection-text.ts';
import { findOrganization } from './find-organization.ts';
import { localhostHint, unansweredHint } from './localhost-hint.ts';
import { readMetadataFile } from './metadata-file.ts';
import { withSession } from './open-session.ts';
import { type Terminal, table } from './terminal.ts';

const protocols = ['oidc', 'saml'] as const;

export const command: Command = {
  name: 'connection create',
  summary: 'Set up single sign-on: an OIDC or SAML identity provider of an organization.',
  usage:
    'It is a draft first, through which nobody signs in: connection test tries it out, connection enable opens it. OIDC needs --issuer, --client-id and --client-secret, SAML needs --metadata.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    protocol: { description: 'How the identity provider speaks.', placeholder: 'oidc|saml', required: true },
    issuer: { description: "OIDC: the issuer; for Entra that of the organization's own tenant.", placeholder: 'URL' },
    'client-id': { description: 'OIDC: the client id that the identity provider shows.', placeholder: 'ID' },
    'client-secret': clientSecretOption,
    metadata: { description: 'SAML: the metadata of the identity provider, XML.', placeholder: 'FILE' },
    name: { description: 'As people read it (default: after the issuer).', placeholder: 'NAME' },
    'stable-id-claim': {
      description: 'The claim that is the externalId of people (default: by the issuer).',
      placeholder: 'CLAIM',
    },
    'just-in-time': { description: 'Make users of people nobody provisioned, while there is no directory.' },
  },
  run: async (context) => {
    const { options, terminal, isJson } = context;
    const input = await readInput(context);
    return withSession(context, async ({ domain, config }) => {
      const { operator, name, slug } = await findOrganization(domain, options.requiredText('org'));
      const connection = await domain.connections.create(operator, input);
      const place = { publicUrl: config.publicUrl, slug };
      const json = { id: connection.id, ...addressesOf(place, connection) };
      if (isJson) return { json, human: '' };
      const others = await allItems((page) => domain.connections.list(operator, page));
      const hints = [
        ...sameNameHint(terminal, connection, others),
        ...localhostHint(terminal, place.publicUrl),
        ...(await unansweredHint(terminal, place.publicUrl)),
      ];
      return { json, human: createdText(terminal, place, { connection, organization: name, hints }) };
    });
  },
};

async function readInput(context: CommandContext): Promise<CreateConnection> {
  const { options } = context;
  const protocol = options.choice('protocol', protocols);
  const settings = {
    name: options.text('name'),
    stableIdClaim: options.text('stable-id-claim'),
    allowsJustInTime: options.flag('just-in-time'),
  };
  if (protocol === 'saml') {
    refuse(context, ['issuer', 'client-id', 'client-secret'], 'oidc');
    return { ...settings, protocol, metadata: await readMetadataFile(needed(context, 'metadata', 'saml')) };
  }
  refuse(context, ['metadata'], 'saml');
  const [issuer, clientId] = [needed(context, 'issuer', 'oidc'), needed(context, 'client-id', 'oidc')];
  needed(context, 'client-secret', 'oidc');
  return { ...settings, protocol: 'oidc', issuer, clientId, clientSecret: (await readClientSecret(context)) ?? '' };
}

/** The text of an option without which a connection of the protocol cannot be made. */
function needed({ options }: CommandContext, name: string, protocol: string): string {
  const text = options.text(name);
  if (text !== undefined && text !== '') return text;
  throw new UsageError(`--protocol ${protocol} needs --${name} ${command.options[name]?.placeholder}.`);
}

function refuse({ options }: CommandContext, names: readonly string[], protocol: string): void {
  const stray = names.find((name) => options.text(name) !== undefined);
  if (stray !== undefined) throw new UsageError(`--${stray} goes with --protocol ${protocol}.`);
}

/** Where two of an organization have one name, which is after the issuer unless one is given. */
function sameNameHint(
  { paint }: Terminal,
  { id, name }: ConnectionRow,
  connections: readonly Pick<ConnectionRow, 'id' | 'name'>[],
): string[] {
  if (!connections.some((other) => other.id !== id && other.name === name)) return [];
  const hint = `Another connection is called ${name} too. Tell them apart: npx rollcall connection update ${id} --name NAME`;
  return ['', paint('yellow', hint)];
}

function createdText(
  terminal: Terminal,
  place: ConnectionPlace,
  { connection, organization, hints }: { connection: ConnectionRow; organization: string; hints: readonly string[] },
): string {
  const { id, name, stableIdClaim } = connection;
  return [
    `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} is set up for ${organization}, as a draft.`,
    '',
    'Paste this into the identity provider:',
    '',
    table(addressRows(terminal, place, connection), '  '),
    ...hints,
    '',
    `People are found by the claim ${stableIdClaim}, which has to be the externalId that is provisioned.`,
    '',
    'Next, try it out, then open it:',
    `  npx rollcall connection test ${id}`,
    `  npx rollcall connection enable ${id}`,
  ].join('\n');
}
