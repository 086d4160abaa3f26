/** What one look found: in order or not, and what to do about it. */
export interface Check {
  name: string;
  isOk: boolean;
  detail: string;
  /** What to do: where something is wrong, or works and could be safer. */
  advice?: string;
}

export function ok(name: string, detail: string): Check {
  return { name, isOk: true, detail };
}

export function wrong(name: string, detail: string, advice: string): Check {
  return { name, isOk: false, detail, advice };
}

/** It works, and could be safer. */
export function warning(name: string, detail: string, advice: string): Check {
  return { name, isOk: true, detail, advice };
}
