/** What one look found: in order or not, and what to do about it. */
export interface Check {
  name: string;
  isOk: boolean;
  detail: string;
  /** What to do; only where something is wrong. */
  advice?: string;
}

export function ok(name: string, detail: string): Check {
  return { name, isOk: true, detail };
}

export function wrong(name: string, detail: string, advice: string): Check {
  return { name, isOk: false, detail, advice };
}
