import type { Terminal } from './terminal.ts';

const WATCHED_MILLISECONDS = 200;
const PLAIN_MILLISECONDS = 5_000;

export interface RowProgress {
  show(count: number): void;
  stop(): void;
}

/** Shows on stderr how many rows are done: one line that changes where somebody watches, a line every five seconds otherwise. */
export function showRows({ stderr, isWatched }: Terminal, verb: string): RowProgress {
  const interval = isWatched ? WATCHED_MILLISECONDS : PLAIN_MILLISECONDS;
  let nextAt = performance.now() + interval;
  let isShown = false;
  return {
    show: (count) => {
      if (performance.now() < nextAt) return;
      nextAt = performance.now() + interval;
      isShown = true;
      const text = `${verb} ${count.toLocaleString('en')} rows`;
      stderr.write(isWatched ? `\r${text}` : `${text}\n`);
    },
    stop: () => {
      if (isShown && isWatched) stderr.write('\r\u001b[K');
    },
  };
}
