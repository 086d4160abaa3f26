import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * `npm run check`: everything that needs no database of its own, under a minute. With `--all`, which is `npm test`, the
 * database, client and fault tests follow. Every step runs even when one before it failed; the last line counts.
 */
interface Step {
  name: string;
  command: string[];
}

const bin = (name: string) => join('node_modules', '.bin', name);
const isAll = process.argv.includes('--all');

const steps: Step[] = [
  { name: 'build', command: ['node_modules/ts7/bin/tsc', '-p', 'tsconfig.json'] },
  { name: 'lint', command: [bin('biome'), 'check', '--error-on-warnings'] },
  { name: 'types', command: ['node_modules/ts7/bin/tsc', '-p', 'tsconfig.test.json'] },
  { name: 'layers', command: [bin('depcruise'), 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err'] },
  { name: 'unused', command: [bin('knip')] },
  { name: 'unused in production', command: [bin('knip'), '--production'] },
  { name: 'schema', command: ['scripts/generate-schema.ts', '--check'] },
  { name: 'documents', command: ['scripts/generate-operations.ts', '--check'] },
  { name: 'migrations', command: ['scripts/migrations.ts', '--check'] },
  { name: 'tests', command: [bin('vitest'), 'run', '--reporter=dot', ...(isAll ? [] : ['--project', 'memory'])] },
];

let passed = 0;
let failed = 0;
for (const step of steps) {
  const started = Date.now();
  const { code, output } = await run(step.command);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const tests = countTests(output);
  passed += tests ? tests.passed : Number(code === 0);
  failed += tests ? Math.max(tests.failed, Number(code !== 0)) : Number(code !== 0);
  console.log(`${code === 0 ? '✓' : '✗'} ${step.name} (${seconds} s${tests ? `, ${tests.passed} tests` : ''})`);
  if (code !== 0) console.log(output.trimEnd());
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** Everything runs on the Node of node_modules, whatever started this script. */
function run(command: string[]): Promise<{ code: number; output: string }> {
  const [file = '', ...args] = command;
  const isScript = file.startsWith('scripts/') || file.startsWith('node_modules/ts7');
  const child = isScript ? spawn(process.execPath, [file, ...args]) : spawn(file, args);
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function countTests(output: string): { passed: number; failed: number } | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: vitest colours its summary.
  const plain = output.replace(/\u001b\[[0-9;]*m/g, '');
  const summary = /^\s*Tests\s+(.*)$/m.exec(plain)?.[1];
  if (summary === undefined) return undefined;
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(summary)?.[1] ?? 0);
  return { passed: count('passed'), failed: count('failed') };
}
