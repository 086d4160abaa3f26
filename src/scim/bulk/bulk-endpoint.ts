import { BULK_RESPONSE } from '../../attributes/urns.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { itemsPieces } from '../json-pieces.ts';
import { readBulkRequest } from './bulk-request.ts';
import { BulkRun } from './bulk-run.ts';

/** RFC 7644 §3.7. The answer is 200 whatever came of the operations; each tells its own provisioning event. */
export async function performBulk(exchange: Exchange): Promise<Reply> {
  const request = readBulkRequest(await exchange.body());
  await exchange.admit();
  const results = await new BulkRun(exchange, request).perform();
  return { status: 200, pieces: itemsPieces({ schemas: [BULK_RESPONSE] }, 'Operations', results) };
}
