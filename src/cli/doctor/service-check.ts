import type { Config } from '../../config.ts';
import { probeService } from '../probe-service.ts';
import { type Check, ok, wrong } from './check.ts';

/** Asks the service on HOST and PORT whether it is ready. */
export async function checkService({ host, port }: Config): Promise<Check> {
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const answer = await probeService(address);
  if (answer.kind === 'ready') return ok('Service', `answers on ${address}`);
  if (answer.kind === 'nothing') return wrong('Service', `nothing answers on ${address}`, 'Start it: npm start');
  if (answer.kind === 'notReady') {
    return wrong('Service', `answers on ${address}, but ${answer.text}`, 'See PostgreSQL above.');
  }
  const advice = 'Stop it, or choose another port: PORT=4001 npm start';
  return wrong('Service', `something else answers on ${address}`, advice);
}
