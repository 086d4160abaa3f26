import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openTerminal, table } from '../../src/cli/terminal.ts';
import { oneLine, visibleJson } from '../../src/cli/visible-text.ts';

function aTerminal({ isTTY }: { isTTY: boolean }) {
  const stdout = Object.assign(new PassThrough(), { isTTY });
  const terminal = openTerminal({ stdin: new PassThrough(), stdout, stderr: new PassThrough(), environment: {} });
  return { terminal, written: () => String(stdout.read()) };
}

describe('what a command prints of others', () => {
  it('keeps the colours that the command painted, and no other sequence', () => {
    const { terminal, written } = aTerminal({ isTTY: true });
    terminal.print(`${terminal.paint('green', '✓')} Acme\u001b[2J\u001b[8m\u0007\u202e\u009b1m\nsecond line`);
    expect(written()).toBe('\u001b[32m✓\u001b[39m Acme�[2J�[8m���1m\nsecond line\n');
  });

  it('has no colours at all where the command paints none', () => {
    const { terminal, written } = aTerminal({ isTTY: false });
    terminal.print(`${terminal.paint('green', '✓')} \u001b[31mAcme`);
    expect(written()).toBe('✓ �[31mAcme\n');
  });

  it('fills one line of a table, however many it would begin', () => {
    expect(table([['a\r\nb', 'x']])).toBe('a��b  x');
    expect(oneLine('a\u2028b')).toBe('a�b');
  });

  it('is in JSON exactly what it was, written by escapes', () => {
    const value = { name: 'a\u001b\u007f\u009b\u202e' };
    const json = visibleJson(value);
    expect(json).toMatch(/^[\n\u0020-\u007e]+$/u);
    expect(JSON.parse(json)).toEqual(value);
  });
});
