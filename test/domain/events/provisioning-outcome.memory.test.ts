import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isFailureOutcome, isReportable, readOutcomes } from '../../../src/domain/events/provisioning-outcome.ts';
import { scimProblems } from '../../../src/scim/scim-problems.ts';

const facade = new URL('../../../src/scim/', import.meta.url);
const sources = readdirSync(facade, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('documents'))
  .map((name) => readFileSync(new URL(name, facade), 'utf8'))
  .join('\n');

function wordsOf(pattern: RegExp): string[] {
  return [...sources.matchAll(pattern)].map(([, word = '']) => word);
}

describe('what a facade may report', () => {
  it('is every reading that it names', () => {
    const reads = new Set([...wordsOf(/'(\w+Read)'/g), 'eventsDropped']);
    expect([...reads].sort()).toEqual([...readOutcomes]);
    for (const outcome of reads) expect([isReportable(outcome), isFailureOutcome(outcome)]).toEqual([true, false]);
  });

  it('is every refusal and failure that it names', () => {
    const scimTypes = wordsOf(/^ {2}\| '(\w+)'/gm);
    const byStatus = wordsOf(/^ {2}\[\d{3}, '(\w+)'\]/gm);
    const codes = [...Object.keys(scimProblems), ...wordsOf(/^ {2}\['([A-Z_]+)'/gm), 'SERVICE_UNAVAILABLE'];
    const camelCased = codes.map((code) =>
      code.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    );
    expect([scimTypes.length, byStatus.length]).toEqual([13, 8]);
    for (const outcome of [...scimTypes, ...byStatus, ...camelCased, 'failed']) {
      // Nobody who does not get in reports events.
      if (outcome === 'unauthenticated') continue;
      expect([outcome, isReportable(outcome), isFailureOutcome(outcome)]).toEqual([outcome, true, true]);
    }
  });

  it.each(['userCreated', 'userDeleted', 'groupMembersChanged', 'userReactivated', '', 'constructor', 'USER_READ'])(
    'is not %j: a write tells of itself',
    (outcome) => {
      expect([isReportable(outcome), isFailureOutcome(outcome)]).toEqual([false, false]);
    },
  );
});
