import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

// Linux counts process time in hundredths of a second, whatever the kernel's own tick.
const MICROSECONDS_PER_TICK = 10_000;

interface ProcessTimes {
  parent: number;
  own: number;
  /** Of its children that have ended. */
  ended: number;
}

/** CPU time of a process with all its threads, in microseconds; NaN where there is no /proc. */
export function cpuOf(pid: number): number {
  return (timesOf(pid)?.own ?? Number.NaN) * MICROSECONDS_PER_TICK;
}

/** CPU time of a PostgreSQL server: the postmaster, its living children and those that have ended; NaN where there is no /proc. */
export function cpuOfServer(postmasterPid: number): number {
  const postmaster = timesOf(postmasterPid);
  if (!postmaster) return Number.NaN;
  let ticks = postmaster.own + postmaster.ended;
  for (const entry of readdirSync('/proc')) {
    const times = /^\d+$/.test(entry) ? timesOf(Number(entry)) : undefined;
    if (times?.parent === postmasterPid) ticks += times.own;
  }
  return ticks * MICROSECONDS_PER_TICK;
}

/** The most memory (resident bytes) a process had since `resetPeakMemory`; NaN where there is no /proc. */
export function peakMemoryOf(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? Number.NaN : Number(kilobytes) * 1024;
}

export function resetPeakMemory(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Where the kernel has no such file the peak is that of the whole run.
  }
}

function timesOf(pid: number): ProcessTimes | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in brackets may hold spaces, so the fields are counted from its end: state, ppid, …, utime, stime, cutime, cstime.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11);
  return { parent: fields[1] ?? 0, own: utime + stime, ended: cutime + cstime };
}

function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
