import type { Command } from './command.ts';
import { operatorOfDirectory } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { readScopeOption, scopeOption } from './scope-option.ts';
import { workloadIdentityJson, workloadIdentityText } from './workload-identity-text.ts';

export const command: Command = {
  name: 'workload-identity set',
  summary: 'Let Entra provision a directory without any secret (workload identity federation).',
  usage:
    'Entra shows the values where Workload Identity Federation is chosen. An assertion that differs in any of them is refused. Setting it again replaces it and ends its access tokens.',
  options: {
    directory: { description: "The directory's id.", placeholder: 'ID', required: true },
    tenant: { description: "Entra's Directory (tenant) ID: tid.", placeholder: 'TID', required: true },
    audience: { description: 'Audience (aud), such as api://APPLICATION_ID.', placeholder: 'AUD', required: true },
    subject: { description: 'Subject (sub).', placeholder: 'SUB', required: true },
    'authorized-party': { description: 'azp or appid (default: the id in the audience).', placeholder: 'AZP' },
    issuer: { description: "Issuer (iss) (default: the tenant's own, version 2).", placeholder: 'URL' },
    'jwks-url': { description: "JWKS URL (default: from the issuer's OpenID discovery).", placeholder: 'URL' },
    scope: scopeOption,
  },
  run: (context) => {
    const { options, terminal } = context;
    const scopes = readScopeOption(options) ?? null;
    return withSession(context, async ({ domain, config }) => {
      const directoryId = options.requiredText('directory');
      const operator = await operatorOfDirectory(domain, directoryId);
      const identity = await domain.workloadIdentities.set(operator, {
        directoryId,
        tenantId: options.requiredText('tenant'),
        audience: options.requiredText('audience'),
        subject: options.requiredText('subject'),
        authorizedParty: options.text('authorized-party') ?? null,
        issuer: options.text('issuer') ?? null,
        jwksUri: options.text('jwks-url') ?? null,
        scopes,
      });
      const human = workloadIdentityText(terminal, config, identity);
      return { json: workloadIdentityJson(config, identity), human };
    });
  },
};
