const STEPS_MAX = 20;

/** What a browser shows at the end of a navigation. */
export interface Shown {
  status: number;
  url: URL;
  headers: Headers;
  text: string;
  /** What a person reads: without tags and styles. */
  words: string;
}

/**
 * A browser without pages, for walks that need no eyes: it keeps cookies, follows redirects, and says with forms where they
 * come from, as a real one does.
 */
export class CookieBrowser {
  readonly #home: string;
  /** By host, as ports share cookies. */
  readonly #cookies = new Map<string, string>();

  constructor(home: string) {
    this.#home = home;
  }

  /** A browser with the same cookies, from now on apart: what somebody has who stole them. */
  copy(): CookieBrowser {
    const copy = new CookieBrowser(this.#home);
    for (const [name, value] of this.#cookies) copy.#cookies.set(name, value);
    return copy;
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  get cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  open(address: string | URL): Promise<Shown> {
    return this.#navigate('GET', new URL(address, this.#home));
  }

  /** Sends a form of one of our pages. */
  submit(address: string | URL, fields: Record<string, string> = {}): Promise<Shown> {
    const url = new URL(address, this.#home);
    return this.#navigate('POST', url, new URLSearchParams(fields).toString());
  }

  /** One request, whose redirect is not followed. */
  async step(method: 'GET' | 'POST', address: string | URL, body?: string): Promise<Response> {
    const url = new URL(address, this.#home);
    const headers: Record<string, string> = { cookie: this.cookieHeader };
    if (method === 'POST') {
      headers['content-type'] = 'application/x-www-form-urlencoded';
      headers.origin = url.origin;
      headers['sec-fetch-site'] = 'same-origin';
    }
    const response = await fetch(url, { method, redirect: 'manual', headers, ...(body !== undefined && { body }) });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  async #navigate(first: 'GET' | 'POST', start: URL, form?: string): Promise<Shown> {
    let [method, url, body] = [first, start, form];
    for (let step = 0; step < STEPS_MAX; step += 1) {
      const response = await this.step(method, url, body);
      const text = await response.text();
      const location = response.headers.get('location');
      if (location === null || response.status < 300 || response.status >= 400) {
        return { status: response.status, url, headers: response.headers, text, words: wordsOf(text) };
      }
      url = new URL(location, url);
      // 307 and 308 alone send a form again.
      if (response.status !== 307 && response.status !== 308) [method, body] = ['GET', undefined];
    }
    throw new Error(`More than ${STEPS_MAX} redirects from ${start.href}.`);
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const [name = '', ...value] = pair.split('=');
    const isOver = attributes.some((attribute) => /^\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(attribute));
    if (isOver) this.#cookies.delete(name.trim());
    else this.#cookies.set(name.trim(), value.join('='));
  }
}

function wordsOf(html: string): string {
  return html
    .replace(/<style[\s\S]*?<\/style>|<title[\s\S]*?<\/title>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
}
