import type { LostSecret, Rotation } from '../domain/secrets/key-rotation.ts';
import type { Command, CommandResult } from './command.ts';
import { withSession } from './open-session.ts';
import { showRows } from './row-progress.ts';
import { dateText, type Terminal, table } from './terminal.ts';

export const command: Command = {
  name: 'keys rotate',
  summary: 'Seal all secrets under a new key, and let a new key sign session tokens.',
  usage: [
    'While the service runs: nobody is signed out, and no connection stops. Interrupted, run it again.',
    'To change SECRET_KEY itself: set it to the new one and PREVIOUS_SECRET_KEY to the old one, restart the',
    'service, run this with the same settings, then take PREVIOUS_SECRET_KEY away. Tokens, API keys and',
    'sessions are hashed under SECRET_KEY: all of them end with a new one.',
  ].join('\n'),
  options: {
    'old-key-lost': { description: 'An earlier SECRET_KEY is lost: client secrets are given anew.' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const progress = showRows(terminal, 'Sealed anew:');
      const rotating = domain.keyRotation.rotate({
        isOldKeyLost: options.flag('old-key-lost'),
        onProgress: ({ resealedCount }) => progress.show(resealedCount),
      });
      const rotation = await rotating.finally(progress.stop);
      return answer(rotation, terminal);
    }),
};

function answer(rotation: Rotation, terminal: Terminal): CommandResult {
  const { resealedCount, adoptedKeyCount, retiredKeyCount, signingKey, lostSecrets } = rotation;
  const facts = table(
    [
      ['secrets sealed anew', String(resealedCount)],
      ...(adoptedKeyCount > 0 ? [['keys taken over from PREVIOUS_SECRET_KEY', String(adoptedKeyCount)]] : []),
      ['old keys still there', String(retiredKeyCount)],
      ['next signing key signs from', `${dateText(signingKey.activeFrom)} UTC`],
    ],
    '  ',
  );
  const human = [
    `${terminal.paint('green', '✓')} Everything is sealed under a new key.`,
    '',
    facts,
    '',
    'The service deletes old keys by itself, ten minutes after their end at the earliest.',
  ];
  if (lostSecrets.length === 0) return { json: rotation, human: human.join('\n') };
  return { json: rotation, human: human.slice(1, 3).join('\n'), failure: lost(lostSecrets) };
}

function lost(secrets: readonly LostSecret[]): { code: string; message: string } {
  const lines = secrets.map(
    ({ slug, connectionId }) => `  npx rollcall connection update ${connectionId} --client-secret -  (of ${slug})`,
  );
  const message = ['These client secrets cannot be opened any more. Give each connection a new one:', ...lines];
  return { code: 'secretsLost', message: message.join('\n') };
}
