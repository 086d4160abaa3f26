/** Where failures are told to the operator; the shape of a pino logger. */
export interface GraphLog {
  error(facts: Record<string, unknown>, message: string): void;
}
