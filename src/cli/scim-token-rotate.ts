import { OVERLAP_HOURS_MAX } from '../domain/directory-credentials/scim-tokens.ts';
import { tenantUrlOf } from '../domain/public-address.ts';
import type { Command } from './command.ts';
import { expiresInDays, readExpiry } from './expires-in-days.ts';
import { operatorOfDirectory } from './find-organization.ts';
import { findScimToken } from './find-scim-token.ts';
import { newScimTokenText } from './new-scim-token.ts';
import { withSession } from './open-session.ts';
import { dateText } from './terminal.ts';

const OVERLAP_HOURS_DEFAULT = 24;

export const command: Command = {
  name: 'scim-token rotate',
  summary: 'Replace a SCIM token: make a new one, end the old one after an overlap.',
  usage:
    'Both tokens work during the overlap, so that nothing is refused while the new one is pasted. With --overlap-hours 0 the old one is revoked now.',
  argument: { placeholder: 'TOKEN_ID', description: "The old token's id or its last four characters." },
  options: {
    directory: { description: "The directory's id.", placeholder: 'ID', required: true },
    'overlap-hours': {
      description: `For how many hours the old token lives on (default ${OVERLAP_HOURS_DEFAULT}).`,
      placeholder: 'HOURS',
    },
    'expires-in-days': expiresInDays,
  },
  run: (context) => {
    const { options, terminal } = context;
    const range = { min: 0, max: OVERLAP_HOURS_MAX };
    const overlapHours = options.wholeNumber('overlap-hours', range) ?? OVERLAP_HOURS_DEFAULT;
    const expiresAt = readExpiry(options);
    return withSession(context, async ({ domain, config }) => {
      await domain.seals.requireSecretKey();
      const directoryId = options.requiredText('directory');
      const operator = await operatorOfDirectory(domain, directoryId);
      const { id } = findScimToken(await domain.scimTokens.list(operator, directoryId), options.argument, directoryId);
      const { token, replaced } = await domain.scimTokens.rotate(operator, { id, overlapHours, expiresAt });
      const endsAt = replaced.revokedAt ?? replaced.expiresAt;
      const end = replaced.revokedAt
        ? 'is revoked'
        : `works until ${endsAt && dateText(endsAt)} UTC: paste the new one before`;
      const human = [
        newScimTokenText(terminal, tenantUrlOf(config, directoryId), token),
        '',
        `The token …${replaced.hint} ${end}.`,
      ];
      return { json: { token, replaced: { id, endsAt } }, human: human.join('\n') };
    });
  },
};
