import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

/** What may stand in a header and in a log. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Gives a request the id that it came with, or a new one, which its answer carries as well. */
export const giveRequestId: RequestHandler = (request, response, next) => {
  const { 'x-request-id': sent } = request.headers;
  const id = typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : randomUUID();
  request.headers['x-request-id'] = id;
  response.setHeader('X-Request-Id', id);
  next();
};
