import { tenantUrlOf, tokenEndpointOf } from '../domain/public-address.ts';
import type { Command } from './command.ts';
import { findDirectory } from './find-directory.ts';
import { newClientSecretText } from './new-client-secret.ts';
import { withSession } from './open-session.ts';
import { readScopeOption, scopeOption } from './scope-option.ts';
import { readSecretYears, secretYears } from './secret-years.ts';

export const command: Command = {
  name: 'oauth-client create',
  summary: 'Make an OAuth client for a directory. Its secret is shown once.',
  usage:
    'The identity provider asks for access tokens by client credentials, each good for an hour, instead of a long-lived SCIM token.',
  options: {
    directory: { description: "The directory's id.", placeholder: 'ID', required: true },
    name: { description: "What it is called (default: the directory's name).", placeholder: 'NAME' },
    scope: scopeOption,
    years: secretYears,
  },
  run: (context) => {
    const { options, terminal } = context;
    const scopes = readScopeOption(options) ?? null;
    const years = readSecretYears(options);
    return withSession(context, async ({ domain, config }) => {
      await domain.seals.requireSecretKey();
      const directoryId = options.requiredText('directory');
      const { operator, directory } = await findDirectory(domain, directoryId);
      const name = options.text('name') ?? directory.name;
      const made = await domain.oauthClients.create(operator, { directoryId, name, scopes, secretYears: years });
      const { clientId } = made.oauthClient;
      const { clientSecret } = made;
      const { expiresAt } = made.oauthClientSecret;
      const addresses = { tenantUrl: tenantUrlOf(config, directoryId), tokenEndpoint: tokenEndpointOf(config) };
      const human = [
        newClientSecretText(terminal, { ...addresses, clientId, clientSecret, expiresAt }),
        '',
        'Try it while the service runs:',
        `  curl ${addresses.tokenEndpoint} -u ${clientId}:${clientSecret} \\`,
        '    -d grant_type=client_credentials',
      ];
      return { json: { clientId, clientSecret }, human: human.join('\n') };
    });
  },
};
