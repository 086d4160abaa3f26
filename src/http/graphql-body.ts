import express, { type ErrorRequestHandler, type RequestHandler } from 'express';

/** A facade in a process of its own sends whole groups through here. */
const BODY_MAX = '9mb';

/** GraphQL's own form for a body that cannot be read: the framework would answer HTML with a stack. */
const refuse: ErrorRequestHandler = (error: { status?: number; type?: string }, _request, response, next) => {
  const { status = 500, type } = error;
  if (status < 400 || status >= 500) {
    next(error);
    return;
  }
  const message =
    type === 'entity.too.large' ? `The body is larger than ${BODY_MAX}.` : 'The body is no JSON in UTF-8.';
  response.status(status).json({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
};

/** Reads the JSON of a request to /graphql. */
export const readGraphqlBody: (RequestHandler | ErrorRequestHandler)[] = [express.json({ limit: BODY_MAX }), refuse];
