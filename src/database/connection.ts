/** Where a PostgreSQL is reached, in `pg`'s words; `host` may be a socket directory. */
export interface DatabaseConnection {
  host?: string;
  port?: number;
  user?: string;
  password?: string;
  database?: string;
  connectionString?: string;
}
