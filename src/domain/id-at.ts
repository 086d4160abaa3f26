const TIME_MAX = 2 ** 48 - 1;

/** The least UUIDv7 of that millisecond, so that a span of time is a range of ids. */
export function firstIdAt(time: Date): string {
  const milliseconds = Math.min(Math.max(time.getTime(), 0), TIME_MAX);
  const digits = milliseconds.toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`;
}
