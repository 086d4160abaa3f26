/** What an answer can be called: it is always the first, which a client of the second can read. */
const mediaTypes = ['application/scim+json', 'application/json'];

/** Whether an Accept header takes what SCIM answers (RFC 9110 §12.5.1); without one everything is taken. */
export function acceptsScim(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  const ranges = accept.split(',').map(readRange);
  return mediaTypes.some((mediaType) => {
    // The most specific range decides.
    for (const name of [mediaType, 'application/*', '*/*']) {
      const range = ranges.find((one) => one.name === name);
      if (range !== undefined) return range.weight > 0;
    }
    return false;
  });
}

function readRange(range: string): { name: string; weight: number } {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return { name, weight: weight === undefined ? 1 : Number(weight.slice(2)) || 0 };
}
