import { tenantUrlOf, tokenEndpointOf } from '../domain/public-address.ts';
import type { Command } from './command.ts';
import { findOAuthClient } from './find-oauth-client.ts';
import { operatorOfDirectory } from './find-organization.ts';
import { newClientSecretText } from './new-client-secret.ts';
import { withSession } from './open-session.ts';
import { readSecretYears, secretYears } from './secret-years.ts';

export const command: Command = {
  name: 'oauth-client add-secret',
  summary: 'Make another secret for an OAuth client, beside those that live. It is shown once.',
  usage: 'Paste it into the identity provider, then end the old one with oauth-client revoke-secret.',
  argument: { placeholder: 'CLIENT_ID', description: 'From: rollcall oauth-client list --directory ID.' },
  options: {
    directory: { description: "The directory's id.", placeholder: 'ID', required: true },
    years: secretYears,
  },
  run: (context) => {
    const { options, terminal } = context;
    const years = readSecretYears(options);
    return withSession(context, async ({ domain, config }) => {
      await domain.seals.requireSecretKey();
      const directoryId = options.requiredText('directory');
      const operator = await operatorOfDirectory(domain, directoryId);
      const client = await findOAuthClient(domain, operator, { directoryId, text: options.argument });
      const input = { oauthClientId: client.id, secretYears: years };
      const { clientSecret, oauthClientSecret } = await domain.oauthClients.addSecret(operator, input);
      const { clientId } = client;
      const { expiresAt } = oauthClientSecret;
      const addresses = { tenantUrl: tenantUrlOf(config, directoryId), tokenEndpoint: tokenEndpointOf(config) };
      const human = newClientSecretText(terminal, { ...addresses, clientId, clientSecret, expiresAt });
      return { json: { clientId, clientSecret }, human };
    });
  },
};
