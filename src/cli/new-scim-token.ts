import { localhostHint } from './localhost-hint.ts';
import { type Terminal, table } from './terminal.ts';

/** What a person does with a token that was just made. */
export function newScimTokenText(terminal: Terminal, tenantUrl: string, token: string): string {
  const lines = [
    'Paste these two into your identity provider (Entra: Enterprise application → Provisioning → Admin Credentials):',
    '',
    table(
      [
        ['Tenant URL', terminal.paint('cyan', tenantUrl)],
        ['Secret Token', terminal.paint('cyan', token)],
      ],
      '  ',
    ),
    '',
    terminal.paint('yellow', 'The token is shown this once. Keep it like a password.'),
    ...localhostHint(terminal, tenantUrl),
  ];
  return lines.join('\n');
}
