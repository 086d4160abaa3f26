/** The server of PostgreSQL went away (SQLSTATE classes 57P and 08) or was not reached. */
const UNAVAILABLE = /^(57P|08)|^E[A-Z]+$/;
/** What `pg` says without a code when the server closes the socket under a query. */
const CONNECTION_ENDED = /^Connection terminated|connection error and is not queryable/;

/** Whether a request failed because the database could not be asked, which is over soon: for the edges, as 503. */
export function isUnavailable(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? UNAVAILABLE.test(code) : CONNECTION_ENDED.test(String(message));
}
