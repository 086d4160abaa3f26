const STEPS_MAX = 10;

/**
 * Follows redirects from an address of `origin`, with cookies, as a browser would; answers the first address that is elsewhere.
 * Throws where a page is shown instead.
 */
export async function walkTo(start: URL | string, origin: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let address = new URL(start);
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if (address.origin !== new URL(origin).origin) return address;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      cookies.set(name, value.join('='));
    }
    const location = response.headers.get('location');
    const page = await response.text();
    if (location === null) throw new Error(`${address.href} answers ${response.status}: ${page.slice(0, 500)}`);
    address = new URL(location, address);
  }
  throw new Error(`More than ${STEPS_MAX} redirects from ${String(start)}.`);
}
