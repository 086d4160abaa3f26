/** How far the current phase is; `total` counts the phase's objects. */
export interface SimulationProgress {
  phase: string;
  done: number;
  total: number;
}

export type OnProgress = (progress: SimulationProgress) => void;
