import fc from 'fast-check';

const { PROPERTY_SEED, PROPERTY_EFFORT = '1' } = process.env;

/**
 * Checks a property on `runs` examples, at most about a second long. A failure prints its seed and the smallest example.
 * `PROPERTY_SEED` plays a seed again, `PROPERTY_EFFORT=50` tries fifty times as many examples.
 */
export function holds<Values>(property: fc.IRawProperty<Values>, runs = 300): void {
  const effort = Number(PROPERTY_EFFORT);
  fc.assert(property, {
    numRuns: runs * effort,
    interruptAfterTimeLimit: 1_000 * effort,
    ...(PROPERTY_SEED === undefined ? {} : { seed: Number(PROPERTY_SEED) }),
  });
}
