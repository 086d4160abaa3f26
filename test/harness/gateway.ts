import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { type Listening, startFacade } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Log } from '../../src/open-domain.ts';

/** Set where SCIM is to be spoken through the facade alone, in front of the service's /graphql over HTTP. */
export const isThroughGateway = process.env.ROLLCALL_TEST_GATEWAY === '1';

/** No test meets the limits of a directory by accident. */
export const unlimited = { SCIM_RATE_PER_SECOND: '0', SCIM_CONCURRENCY_MAX: '0' };

/** The facade as `rollcall scim-gateway` runs it. */
export function startTestGateway(graphUrl: string, port: number, log: Log): Promise<Listening> {
  const settings = { PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}`, GRAPH_URL: graphUrl, ...unlimited };
  return startFacade({ ...readConfig(settings), graphUrl }, log);
}

/** A port that nobody listens on: the service has to know the gateway's address before the gateway can start. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
