const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether requests may be sent there: by HTTPS, and for development without it to this machine. */
export function isSsoUrl(text: string, { allowsLoopback }: { allowsLoopback: boolean }): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (allowsLoopback && url.protocol === 'http:' && loopback.has(url.hostname));
}
