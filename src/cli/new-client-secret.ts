import { localhostHint } from './localhost-hint.ts';
import { dateText, type Terminal, table } from './terminal.ts';

/** What a person does with a client secret that was just made. */
export function newClientSecretText(
  terminal: Terminal,
  made: { tenantUrl: string; tokenEndpoint: string; clientId: string; clientSecret: string; expiresAt: Date },
): string {
  const cyan = (text: string) => terminal.paint('cyan', text);
  const rows = [
    ['Tenant URL', cyan(made.tenantUrl)],
    ['Token Endpoint', cyan(made.tokenEndpoint)],
    ['Client Identifier', cyan(made.clientId)],
    ['Client Secret', cyan(made.clientSecret)],
  ];
  const warning = `The secret is shown this once, and ends on ${dateText(made.expiresAt)} UTC. Keep it like a password.`;
  return [
    'Paste these into the identity provider (OAuth 2.0 client credentials):',
    '',
    table(rows, '  '),
    '',
    terminal.paint('yellow', warning),
    ...localhostHint(terminal, made.tenantUrl),
  ].join('\n');
}
