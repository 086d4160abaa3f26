import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Names of workloads; empty: all. */
  only: string[];
  connections: number[];
  /** Of one round. */
  seconds: number;
  rounds: number;
  isLarge: boolean;
  isQuick: boolean;
  isJson: boolean;
  /** The workload to profile instead of measuring. */
  profile: string | undefined;
}

export const usage = `npm run bench -- [options]
  --quick              short rounds: a look, not a record
  --large              also groups of 100,000 members, and 100,000 users for the permission check
  --only NAME          one workload; may be repeated
  --connections 8,32   default 1,8,32
  --seconds S          of a round, default 2
  --rounds N           of each side, default 5
  --json               the record of the run instead of the table
  --profile NAME       where the time of one workload goes`;

/** Reads the command line. Throws with what is wrong. */
export function readOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      connections: { type: 'string', default: '1,8,32' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  return {
    only: values.only,
    connections: values.connections.split(',').map((text) => readNumber('connections', text, 1)),
    seconds: readNumber('seconds', values.seconds ?? (values.quick ? '0.7' : '2'), 0.1),
    rounds: readNumber('rounds', values.rounds ?? (values.quick ? '3' : '5'), 1),
    isLarge: values.large,
    isQuick: values.quick,
    isJson: values.json,
    profile: values.profile,
  };
}

function readNumber(name: string, text: string, min: number): number {
  const number = Number(text);
  if (!(number >= min)) throw new Error(`--${name} must be a number of at least ${min}.`);
  return number;
}
