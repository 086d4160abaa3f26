import { closeSync, constants, fstatSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { runProgram } from './run-program.ts';

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/**
 * The right to use the running server: an open write end of a named pipe whose only reader is the server's keeper.
 * The kernel closes it however its process ends, and the keeper stops the server when the last one is closed.
 */
export interface Lease {
  descriptor: number;
}

/** Makes a new pipe in the place of an older one. `keeperInput` is its read end, for the keeper; the caller closes it. */
export async function createLease(leaseFile: string): Promise<{ lease: Lease; keeperInput: number }> {
  rmSync(leaseFile, { force: true });
  await runProgram('mkfifo', ['-m', '600', leaseFile]);
  // Opening one end waits for the other: holding both for a moment makes neither wait.
  const bothEnds = openSync(leaseFile, O_RDWR);
  const keeperInput = openSync(leaseFile, O_RDONLY);
  const descriptor = openSync(leaseFile, O_WRONLY);
  closeSync(bothEnds);
  return { lease: { descriptor }, keeperInput };
}

/** Joins the lease of a running server; undefined when no keeper reads the pipe, that is when the server is ending or gone. */
export function joinLease(leaseFile: string): Lease | undefined {
  try {
    return { descriptor: openSync(leaseFile, O_WRONLY | O_NONBLOCK) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENXIO' || code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the keeper of this very lease still reads it: a restarted server has another pipe. */
export function isLeaseKept(lease: Lease, leaseFile: string): boolean {
  const probe = joinLease(leaseFile);
  if (probe === undefined) return false;
  try {
    return fstatSync(probe.descriptor).ino === fstatSync(lease.descriptor).ino;
  } finally {
    releaseLease(probe);
  }
}

export function releaseLease(lease: Lease): void {
  closeSync(lease.descriptor);
}

/**
 * Gives the lease up and says whether it was the last one, so that the server is ending now.
 * Call it under the start lock: it reads the pipe for a moment, which another process could take for the keeper.
 */
export function releaseLeaseAndTellIfLast(lease: Lease, leaseFile: string): boolean {
  const isCurrent = isSamePipe(lease, leaseFile);
  releaseLease(lease);
  if (!isCurrent) return false;
  const reader = openSync(leaseFile, O_RDONLY | O_NONBLOCK);
  try {
    return readSync(reader, Buffer.alloc(1)) === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
    throw error;
  } finally {
    closeSync(reader);
  }
}

function isSamePipe(lease: Lease, leaseFile: string): boolean {
  return statSync(leaseFile, { throwIfNoEntry: false })?.ino === fstatSync(lease.descriptor).ino;
}
