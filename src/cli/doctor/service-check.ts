import type { Config } from '../../config.ts';
import { type Check, ok, wrong } from './check.ts';

const waitMillisecondsMax = 3_000;

/** Asks the service on HOST and PORT whether it is ready. */
export async function checkService({ host, port }: Config): Promise<Check> {
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  try {
    const answer = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(waitMillisecondsMax) });
    const text = (await answer.text()).trim();
    if (answer.ok && text === 'ok') return ok('Service', `answers on ${address}`);
    if (answer.status === 503) return wrong('Service', `answers on ${address}, but ${text}`, 'See PostgreSQL above.');
    return wrong(
      'Service',
      `something else answers on ${address}`,
      'Stop it, or choose another port: PORT=4001 npm start',
    );
  } catch {
    return wrong('Service', `nothing answers on ${address}`, 'Start it: npm start');
  }
}
