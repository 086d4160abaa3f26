import { foldKey } from '../../src/attributes/fold.ts';
import { counts } from './access.ts';
import { keyOf, profileOf } from './documents.ts';
import { activeLinksOf, directoryOf, get, type UserLink, type World } from './world.ts';

/** The user who has a userName, removed ones and those who lost theirs aside. */
export function holderOf(world: World, nameKey: string): string | undefined {
  for (const [name, user] of world.users) if (user.nameKey === nameKey) return name;
  return undefined;
}

/** "Precedence": the active link that the profile of a user follows; none without an active record. */
export function leadingLink(world: World, user: string): UserLink | undefined {
  const directories = [...world.directories.keys()];
  const rank = (link: UserLink) => {
    const { directory } = get(world.records, link.record);
    return get(world.directories, directory).precedence * 1000 + directories.indexOf(directory);
  };
  const active = activeLinksOf(world, user).filter((link) => counts(world, link.record));
  return active.sort((one, other) => rank(one) - rank(other))[0];
}

/** Carries the profile of the leading record over. A paused directory carries nothing. */
export function carryProfile(world: World, name: string): void {
  const user = get(world.users, name);
  const lead = leadingLink(world, name);
  if (!lead || user.isRemoved || directoryOf(world, lead.record).status !== 'active') return;
  const { document } = get(world.records, lead.record);
  const profile = profileOf(document);
  user.displayName = profile.displayName;
  user.email = profile.email;
  const holder = holderOf(world, keyOf(document));
  const isTaken = holder !== undefined && holder !== name;
  if (!isTaken) {
    user.userName = profile.userName;
    user.nameKey = foldKey(profile.userName);
  }
  for (const link of activeLinksOf(world, name)) {
    if (link === lead && isTaken) link.reason = 'name_is_taken';
    else if (link.reason === 'name_is_taken') link.reason = null;
  }
}
