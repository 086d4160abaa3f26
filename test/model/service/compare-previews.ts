import { membersOf, permissionsOf } from '../access.ts';
import { copyOf, play } from '../model.ts';
import type { Step } from '../steps.ts';
import { get, manualMembersOf, type World } from '../world.ts';
import type { Place } from './place.ts';

interface LinkPreview {
  peopleCount: number;
  absorbedCount: number;
  manualCount: number;
  permissions: string[];
}

const LINK_PREVIEW = `query ($id: ID!) {
  linkPreview(id: $id) { peopleCount absorbedCount manualCount permissions }
}`;
const DIRECTORY_PREVIEW = `query ($id: ID!) {
  directoryPreview(id: $id) {
    newPeopleCount newInactivePeopleCount matchingPeopleCount adoptedPeopleCount heldPeopleCount heldMembersCount
    newGroupsCount joiningGroupsCount waitingGroupsCount conflictingGroupsCount permissions
  }
}`;

/** What a preview says otherwise than what the step it is of then does in the model. */
export async function previewDifferencesOf(
  world: World,
  place: Place,
  step: Step,
  linkId: (record: string) => Promise<string>,
): Promise<string[]> {
  if (step.kind !== 'approveLink' && step.kind !== 'activateDirectory') return [];
  const after = copyOf(world);
  if (play(after, step) !== 'ok') return [];
  return 'record' in step
    ? linkPreviewDifferencesOf(world, after, place, step.record, await linkId(step.record))
    : directoryPreviewDifferencesOf(world, after, place, step.directory);
}

async function linkPreviewDifferencesOf(
  world: World,
  after: World,
  place: Place,
  record: string,
  id: string,
): Promise<string[]> {
  const data = await place.query(LINK_PREVIEW, { id });
  const preview = data.linkPreview as LinkPreview;
  const differences = gained(world, after)
    .filter(([, permission]) => !preview.permissions.includes(permission))
    .map(([user, permission]) => `preview: does not say that ${user} gains ${permission}`);
  const expected = expectedCounts(world, after, record);
  const got = [preview.peopleCount, preview.absorbedCount, preview.manualCount];
  if (JSON.stringify(expected) !== JSON.stringify(got)) {
    differences.push(`preview: expected people, absorbed, manual ${expected.join()}, got ${got.join()}`);
  }
  return differences;
}

function expectedCounts(world: World, after: World, record: string): number[] {
  const target = after.groupLinks.get(record)?.group;
  if (target === undefined) return [1, 0, 0];
  const group = target ?? '';
  const [before, now] = [world.groups.has(group) ? membersOf(world, group) : [], membersOf(after, group)];
  const manual = manualMembersOf(after, group).length;
  return [now.filter((user) => !before.includes(user)).length, manualMembersOf(world, group).length - manual, manual];
}

/** Who may do more afterwards, on the whole organization or in a space. */
export function gained(before: World, after: World): [user: string, permission: string][] {
  const gains: [string, string][] = [];
  for (const user of after.users.keys()) {
    for (const space of [null, ...after.spaces.keys()]) {
      const had = before.users.has(user) ? permissionsOf(before, user, space) : new Set<string>();
      for (const permission of permissionsOf(after, user, space))
        if (!had.has(permission)) gains.push([user, permission]);
    }
  }
  return gains;
}

async function directoryPreviewDifferencesOf(
  world: World,
  after: World,
  place: Place,
  directory: string,
): Promise<string[]> {
  const { id } = place.directory(directory);
  const preview = (await place.query(DIRECTORY_PREVIEW, { id })).directoryPreview as Record<string, unknown>;
  const people = [...world.records].filter(([, record]) => record.directory === directory);
  const groups = [...world.directoryGroups].filter(([, group]) => group.directory === directory);
  const hasLink = (name: string) => world.userLinks.some((link) => link.record === name && link.state !== 'superseded');
  const linked = people
    .filter(([name]) => !hasLink(name))
    .map(([name, record]) => ({
      isNew: !world.users.has(after.userLinks.findLast((link) => link.record === name)?.user ?? ''),
      isActive: record.document.active,
      state: after.userLinks.findLast((link) => link.record === name)?.state,
    }));
  const placed = groups
    .filter(([name]) => !world.groupLinks.has(name))
    .map(([name]) => ({
      link: get(after.groupLinks, name),
      isNew: !world.groups.has(after.groupLinks.get(name)?.group ?? ''),
    }));
  const count = <Item>(items: readonly Item[], fits: (item: Item) => boolean) => items.filter(fits).length;
  const expected = {
    newPeopleCount: count(linked, ({ state, isNew }) => state === 'active' && isNew),
    newInactivePeopleCount: count(linked, ({ state, isActive, isNew }) => state === 'active' && isNew && !isActive),
    matchingPeopleCount: count(linked, ({ state }) => state === 'pending'),
    adoptedPeopleCount: count(linked, ({ state, isNew }) => state === 'active' && !isNew),
    newGroupsCount: count(placed, ({ link, isNew }) => link.state === 'active' && isNew),
    joiningGroupsCount: count(placed, ({ link, isNew }) => link.state === 'active' && !isNew),
    waitingGroupsCount: count(placed, ({ link }) => link.state === 'pending'),
    conflictingGroupsCount: count(placed, ({ link }) => link.state === 'conflict'),
  };
  return Object.entries(expected)
    .filter(([name, value]) => preview[name] !== value)
    .map(([name, value]) => `preview: ${name} expected ${value}, got ${String(preview[name])}`);
}
