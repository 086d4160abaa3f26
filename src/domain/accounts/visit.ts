/** The browser in which somebody signs in. */
export interface Visit {
  /** Of the session that is in it already: it goes on under another cookie, or ends where it is another account's. */
  sessionCookie: string | undefined;
  userAgent: string | null;
  address: string | null;
}
