const waitMillisecondsMax = 3_000;

/** What answers at an address: `notReady` is this service as well, and says in `text` what it lacks. */
type ServiceAnswer = { kind: 'ready' | 'other' | 'nothing' } | { kind: 'notReady'; text: string };

/** Asks whether the service is ready. Never rejects. */
export async function probeService(address: string): Promise<ServiceAnswer> {
  try {
    const answer = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(waitMillisecondsMax) });
    const text = (await answer.text()).trim();
    if (answer.ok && text === 'ok') return { kind: 'ready' };
    return answer.status === 503 ? { kind: 'notReady', text } : { kind: 'other' };
  } catch {
    return { kind: 'nothing' };
  }
}
