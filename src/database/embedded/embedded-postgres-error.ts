/** The embedded PostgreSQL could not be used; the message names the cause and, where there is one, the remedy. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
