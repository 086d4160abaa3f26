import cliProgress from 'cli-progress';
import type { Terminal } from '../terminal.ts';
import type { OnProgress, SimulationProgress } from './progress.ts';

const plainLineIntervalMs = 5_000;

export interface ProgressDisplay {
  update: OnProgress;
  /** A line that stays, between the phases. */
  say: (line: string) => void;
  stop: () => void;
}

/** Shows progress on stderr: a bar where somebody watches, a line every five seconds otherwise. */
export function showProgress(terminal: Terminal): ProgressDisplay {
  return terminal.isWatched ? progressBar(terminal.stderr) : plainLines(terminal.stderr);
}

function progressBar(stream: NodeJS.WritableStream): ProgressDisplay {
  const bar = new cliProgress.SingleBar(
    { format: '{phase} [{bar}] {value}/{total}  {eta_formatted}', stream, clearOnComplete: true, hideCursor: false },
    cliProgress.Presets.legacy,
  );
  let phase = '';
  return {
    update: (progress) => {
      const payload = { phase: progress.phase.padEnd(14) };
      if (progress.phase === phase && progress.done > 0) {
        bar.update(progress.done, payload);
        return;
      }
      phase = progress.phase;
      bar.stop();
      bar.start(progress.total, progress.done, payload);
    },
    say: (line) => {
      bar.stop();
      phase = '';
      stream.write(`${line}\n`);
    },
    stop: () => bar.stop(),
  };
}

function plainLines(stream: NodeJS.WritableStream): ProgressDisplay {
  let nextLineAt = performance.now() + plainLineIntervalMs;
  return {
    update: ({ phase, done, total }: SimulationProgress) => {
      if (performance.now() < nextLineAt) return;
      nextLineAt = performance.now() + plainLineIntervalMs;
      stream.write(`${phase} ${done}/${total}\n`);
    },
    say: (line) => {
      stream.write(`${line}\n`);
    },
    stop: () => undefined,
  };
}
