import type { Runner } from './http-load.ts';
import type { Stage } from './stage.ts';

/** Rollcall's rate as a share of the floor's, by connections. */
export type Shares = Readonly<Record<number, number>>;

export interface Contender {
  name: string;
  /** The process whose CPU and memory count. */
  pid: number;
  /** How long its work goes on behind the last answer; waited for, so that no other round pays for it. */
  settleMilliseconds: number;
  open(connections: number): Promise<Runner>;
}

export interface Workload {
  name: string;
  mustReach: Shares;
  goal: Shares;
  floor: Contender;
  /** Rollcall; more than one where the same request meets more rows, the fewest first. */
  variants: Contender[];
  /** Puts the data back to where they were before a series of rounds. */
  reset?(): Promise<void>;
  /** Numbers in the database that rise by one with each answered request of a contender, by its name. */
  count(): Promise<Record<string, Record<string, number>>>;
}

/** A workload before its data and services are there. */
export interface WorkloadPlan {
  name: string;
  open(stage: Stage): Promise<Workload>;
}
