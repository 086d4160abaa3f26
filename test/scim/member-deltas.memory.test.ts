import { describe, expect, it } from 'vitest';
import { compileGroupPatch } from '../../src/scim/protocol/group-patch.ts';
import { readPatchRequest } from '../../src/scim/protocol/patch-request.ts';
import { type Member, memberDeltas } from '../../src/scim/resources/member-deltas.ts';

function deltasOf(operations: object[]) {
  return compileGroupPatch(readPatchRequest({ Operations: operations })).members;
}

/** The members as GraphQL gives them, seven at a time. */
function pagesOf(members: Member[]) {
  return async function* () {
    for (let start = 0; start < members.length; start += 7) yield members.slice(start, start + 7);
  };
}

describe('memberDeltas', () => {
  const members = Array.from({ length: 4_000 }, (_, n) => ({ value: `member-${n}`, display: `Person ${n}` }));

  it('names the members that a filter meets after the deltas before it', async () => {
    const deltas = deltasOf([
      { op: 'remove', path: 'members', value: [{ value: 'member-1' }] },
      { op: 'remove', path: 'members[display sw "Person 1" and display ew "1"]' },
    ]);
    const [, removal] = await memberDeltas(deltas, pagesOf(members.slice(0, 20)));
    expect(removal).toEqual({ kind: 'REMOVE', userIds: ['member-11'] });
  });

  it('refuses filters that would compare millions of members with 413', async () => {
    const terms = Array.from({ length: 90 }, (_, n) => `display co "z${n}"`).join(' or ');
    const deltas = deltasOf(Array.from({ length: 100 }, () => ({ op: 'remove', path: `members[${terms}]` })));
    await expect(memberDeltas(deltas, pagesOf(members))).rejects.toMatchObject({ status: 413 });
  });
});
