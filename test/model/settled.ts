import { groupNameKey } from '../../src/attributes/fold.ts';
import { permissionsBroughtTo } from './access.ts';
import { helperPermissions, isSensitive } from './catalogue.ts';
import { keyOf } from './documents.ts';
import { absorb, groupOfKey, isFollowed, placeByName } from './groups.ts';
import { giveNewUser } from './people.ts';
import { carryProfile, holderOf, leadingLink } from './profile.ts';
import { isDirectoryAct, type Step } from './steps.ts';
import { directoryOf, get, type UserLink, type World } from './world.ts';

/** After what was done: names that became free go to who waits for them, and manual members are absorbed. */
export function settled(world: World, step: Step, work: () => string): string {
  const freed = namesOf(world);
  const answer = work();
  do {
    // The next may wait for the name that this one gave up.
    for (const name of namesOf(world)) freed.add(name);
  } while (giveOneName(world, step, freed));
  absorb(world);
  return answer;
}

function namesOf(world: World): Set<string | null> {
  return new Set([...world.users.values()].map((user) => user.nameKey));
}

/** "Tried again": in the order of the links' making; nothing of a directory that is paused. `freed` had somebody before. */
function giveOneName(world: World, step: Step, freed: ReadonlySet<string | null>): boolean {
  for (const link of world.userLinks) {
    if (link.state !== 'conflict' && !(link.state === 'active' && link.reason === 'name_is_taken')) continue;
    if (directoryOf(world, link.record).status !== 'active') continue;
    const key = keyOf(get(world.records, link.record).document);
    if (holderOf(world, key) !== undefined) continue;
    const isFreed = freed.has(key) || isActivated(world, step, link);
    if (link.state === 'conflict' && isFreed && mayComeAlong(world, step, link)) giveNewUser(world, link.record);
    else if (link.state === 'active' && leadingLink(world, link.user) === link) carryProfile(world, link.user);
    else continue;
    return true;
  }
  for (const [name, link] of world.groupLinks) {
    if (link.state !== 'conflict' || !isFollowed(world, name)) continue;
    if (groupOfKey(world, groupNameKey(get(world.directoryGroups, name).displayName)) !== undefined) continue;
    placeByName(world, name);
    return true;
  }
  return false;
}

function isActivated(world: World, step: Step, { record }: UserLink): boolean {
  return step.kind === 'activateDirectory' && step.directory === get(world.records, record).directory;
}

/** By what somebody does about a name, nobody gets anything sensitive, nor what that one does not hold; of an admin only. */
function mayComeAlong(world: World, step: Step, { record }: UserLink): boolean {
  if (isDirectoryAct(step)) return true;
  const gained = permissionsBroughtTo(world, record);
  return gained.every((name) => !isSensitive(name) && (step.by !== 'helper' || helperPermissions.includes(name)));
}
