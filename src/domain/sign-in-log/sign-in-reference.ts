const REFERENCE_LENGTH = 12;

/** What names a sign-in to people: the end of its id, which no other shares. Pages and the command line show it, the log finds by it. */
export function signInReference(eventId: string): string {
  return eventId.slice(-REFERENCE_LENGTH);
}
