/** The request that a change came with, as a provisioning event shows it. */
export interface Call {
  requestId: string;
  method: string;
  path: string;
}
