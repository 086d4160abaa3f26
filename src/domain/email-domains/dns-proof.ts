import { Resolver } from 'node:dns/promises';

/** The texts of the TXT records of a name, each in its pieces; rejects as `node:dns` does. */
export type ResolveTxt = (name: string) => Promise<string[][]>;

export type DnsProof =
  | { outcome: 'found' }
  /** DNS answered, without the proof. `seen` are the texts that are there instead, of bounded number and length. */
  | { outcome: 'missing'; seen: string[] }
  /** DNS did not answer, which says nothing about the proof. `code` is one of `node:dns`. */
  | { outcome: 'failed'; code: string };

const TIMEOUT_MILLISECONDS = 5_000;
const SEEN_MAX = 5;
const SEEN_LENGTH_MAX = 120;

/** DNS says that there is no such name, or no TXT record of it: an answer, unlike all other failures. */
const answersNone: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA']);

/** Where the proof of a domain is looked for. */
export function proofName(domain: string): string {
  return `_rollcall.${domain}`;
}

/** What the TXT record has to say. */
export function proofValue(token: string): string {
  return `rollcall-verification=${token}`;
}

/** Looks for the proof of a domain in DNS, for at most five seconds. Never rejects. */
export async function lookUpProof(
  resolveTxt: ResolveTxt,
  { domain, token }: { domain: string; token: string },
): Promise<DnsProof> {
  try {
    const records = await withinTime(resolveTxt(proofName(domain)));
    // Some consoles of DNS hosts keep the quotes that people paste with the value.
    const texts = records.map((pieces) =>
      pieces
        .join('')
        .trim()
        .replace(/^"(.*)"$/, '$1'),
    );
    if (texts.includes(proofValue(token))) return { outcome: 'found' };
    return { outcome: 'missing', seen: texts.slice(0, SEEN_MAX).map((text) => text.slice(0, SEEN_LENGTH_MAX)) };
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (answersNone.has(code)) return { outcome: 'missing', seen: [] };
    return { outcome: 'failed', code: typeof code === 'string' && /^\w{1,40}$/.test(code) ? code : 'EUNKNOWN' };
  }
}

/** Asks these name servers, such as `10.0.0.2` or `127.0.0.1:5353`; without any, those of the system. */
export function createTxtResolver(servers?: readonly string[] | null): ResolveTxt {
  return (name) => {
    const resolver = new Resolver({ timeout: TIMEOUT_MILLISECONDS / 2, tries: 2 });
    if (servers?.length) resolver.setServers([...servers]);
    return resolver.resolveTxt(name);
  };
}

async function withinTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error('DNS took too long.'), { code: 'ETIMEOUT' })),
      TIMEOUT_MILLISECONDS,
    );
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
