import { foldKey } from '../../src/attributes/fold.ts';
import { hasOwner, isSensitiveSet } from './access.ts';
import { decide } from './decisions.ts';
import { actOnDirectory } from './directories.ts';
import { documentOf, keyOf, patched } from './documents.ts';
import { actOnDomain, recheckDomains } from './domains.ts';
import * as groups from './groups.ts';
import * as people from './people.ts';
import { actOnAccess, actOnGroup, actOnUser } from './product.ts';
import { settled } from './settled.ts';
import { type DirectoryAct, type GroupEdit, isDirectoryAct, type OrganizationAct, type Step } from './steps.ts';
import { DAY, get, newName, TOMBSTONE_DAYS, type World } from './world.ts';

/**
 * Plays one step against an organization of the model and says what a client is answered: an HTTP status to SCIM, `ok` or
 * a code to an admin.
 */
export function play(world: World, step: Step): string {
  if (!isPossible(world, step)) return isDirectoryAct(step) ? '404' : 'NOT_FOUND';
  if (isDirectoryAct(step)) {
    return alarming(world, () => settled(world, step, () => actAsDirectory(world, step.id, step)));
  }
  switch (step.kind) {
    case 'removeUser':
    case 'blockUser':
    case 'removeGroup':
    case 'removeMembers':
    case 'revoke':
    case 'approveLink':
    case 'unlink':
    case 'retireDirectory':
      return keepingAnOwner(world, (tried) => settled(tried, step, () => actAsAdmin(tried, step)));
    case 'trespass':
      return 'ok';
    case 'passTime':
      world.now += step.milliseconds;
      return 'ok';
    case 'maintain':
      people.lapseAbsent(world);
      recheckDomains(world);
      for (const [place, { at }] of world.tombstones) {
        if (world.now - at >= TOMBSTONE_DAYS * DAY) world.tombstones.delete(place);
      }
      return 'ok';
    case 'together':
      throw new Error('Steps together have no single outcome.');
    default:
      return settled(world, step, () => actAsAdmin(world, step));
  }
}

/** Whether everything that a step names is there: after steps were left out it may not be. */
export function isPossible(world: World, step: Step): boolean {
  if (step.kind === 'together') return step.steps.every((one) => isPossible(world, one));
  const has = (items: ReadonlyMap<string, unknown>, name: string | null | undefined) =>
    name === null || name === undefined || items.has(name);
  const facts = step as Partial<Record<'directory' | 'user' | 'permissionSet' | 'space' | 'grant', string | null>> & {
    users?: string[];
    emailDomain?: string;
  };
  return (
    has(world.directories, facts.directory) &&
    has(world.users, facts.user) &&
    (facts.users ?? []).every((user) => world.users.has(user)) &&
    has(world.permissionSets, facts.permissionSet) &&
    has(world.spaces, facts.space) &&
    has(world.grants, facts.grant) &&
    has(world.emailDomains, facts.emailDomain) &&
    hasRecords(world, step)
  );
}

function hasRecords(world: World, step: Step): boolean {
  switch (step.kind) {
    case 'patchUser':
    case 'putUser':
    case 'deleteUser':
      return world.records.has(step.record);
    case 'patchGroup':
    case 'putGroup':
    case 'deleteGroup':
      return world.directoryGroups.has(step.group);
    case 'approveLink':
    case 'rejectLink':
    case 'separateLink':
    case 'retryLink':
    case 'unlink':
      return world.groupLinks.has(step.record) || world.userLinks.some((link) => link.record === step.record);
    case 'renameGroup':
    case 'removeGroup':
    case 'addMembers':
    case 'removeMembers':
      return world.groups.has(step.group);
    case 'grant':
      return step.group === null || world.groups.has(step.group);
    default:
      return true;
  }
}

/** A copy that shares nothing with the world. */
export function copyOf(world: World): World {
  return structuredClone(world);
}

function actAsDirectory(world: World, id: number, act: DirectoryAct): string {
  switch (act.kind) {
    case 'postUser': {
      const document = documentOf({ active: true, ...act.facts });
      const known = people.findRecord(world, act.directory, keyOf(document));
      if (known === undefined) people.createRecord(world, newName(world, `p${id}`), act.directory, document);
      else if (get(world.records, known).document.active || !document.active) return '409';
      else people.writeRecord(world, known, document);
      return '201';
    }
    case 'patchUser':
    case 'putUser': {
      const { document: before, directory } = get(world.records, act.record);
      const after = act.kind === 'putUser' ? documentOf(act.facts, before.active) : patched(before, act.facts);
      const holder = people.findRecord(world, directory, keyOf(after));
      if (holder !== undefined && holder !== act.record) return '409';
      people.writeRecord(world, act.record, after);
      return '200';
    }
    case 'deleteUser':
      if (!world.records.has(act.record)) return '404';
      people.deleteRecord(world, act.record);
      return '204';
    case 'postGroup': {
      const { directory, displayName, externalId, records } = act;
      if (isNameTaken(world, directory, displayName)) return '409';
      const name = newName(world, `g${id}`);
      groups.createDirectoryGroup(world, name, { directory, displayName, externalId, members: records });
      return '201';
    }
    case 'patchGroup':
      return editGroup(world, act.group, act.edits, '204');
    case 'putGroup': {
      const answer = editGroup(
        world,
        act.group,
        [
          { edit: 'rename', displayName: act.displayName },
          { edit: 'replace', records: act.records },
        ],
        '200',
      );
      if (answer === '200') get(world.directoryGroups, act.group).externalId = act.externalId;
      return answer;
    }
    case 'deleteGroup':
      if (!world.directoryGroups.has(act.group)) return '404';
      groups.deleteDirectoryGroup(world, act.group);
      return '204';
  }
}

function isNameTaken(world: World, directory: string, displayName: string, own?: string): boolean {
  return [...world.directoryGroups].some(
    ([name, group]) =>
      name !== own && group.directory === directory && foldKey(group.displayName) === foldKey(displayName),
  );
}

function editGroup(world: World, name: string, edits: readonly GroupEdit[], done: string): string {
  const { directory } = get(world.directoryGroups, name);
  // A request is one change, so its members are there before its new name has effects.
  for (const edit of edits) {
    if (edit.edit === 'rename' && isNameTaken(world, directory, edit.displayName, name)) return '409';
  }
  for (const edit of edits) {
    if (edit.edit === 'add') groups.addMembers(world, name, edit.records);
    else if (edit.edit === 'remove') groups.removeMembers(world, name, edit.records);
    else if (edit.edit === 'replace') groups.replaceMembers(world, name, edit.records);
  }
  for (const edit of edits) if (edit.edit === 'rename') groups.renameDirectoryGroup(world, name, edit.displayName);
  return done;
}

function actAsAdmin(world: World, step: Step): string {
  switch (step.kind) {
    case 'createUser':
    case 'updateUser':
    case 'removeUser':
    case 'keepUser':
    case 'blockUser':
    case 'unblockUser':
      return actOnUser(world, step.id, step);
    case 'createGroup':
    case 'renameGroup':
    case 'removeGroup':
    case 'addMembers':
    case 'removeMembers':
      return actOnGroup(world, step.id, step);
    case 'createSet':
    case 'updateSet':
    case 'deleteSet':
    case 'createSpace':
    case 'deleteSpace':
    case 'grant':
    case 'revoke':
      return actOnAccess(world, step.id, step);
    case 'approveLink':
    case 'rejectLink':
    case 'separateLink':
    case 'retryLink':
    case 'unlink':
      return decide(world, step);
    case 'createDirectory':
    case 'activateDirectory':
    case 'pauseDirectory':
    case 'retireDirectory':
    case 'setPrecedence':
      return actOnDirectory(world, step.id, step);
    case 'addDomain':
    case 'setProof':
    case 'verifyDomain':
    case 'removeDomain':
      return actOnDomain(world, step.id, step);
    case 'setPolicy':
    case 'setDefault':
      return actOnOrganization(world, step);
    default:
      throw new Error(`${step.kind} is not an admin's act.`);
  }
}

function actOnOrganization(world: World, act: OrganizationAct): string {
  if (act.kind === 'setPolicy') {
    if (world.policy === act.policy) return 'ok';
    world.policy = act.policy;
    for (const [name, link] of world.groupLinks) {
      // What an admin kept apart stays apart.
      if (link.state !== 'conflict' || link.isDecided || !groups.isFollowed(world, name)) continue;
      groups.placeByName(world, name);
    }
    return 'ok';
  }
  if (act.permissionSet !== null && isSensitiveSet(get(world.permissionSets, act.permissionSet))) {
    return 'SENSITIVE_DEFAULT';
  }
  world.defaultSet = act.permissionSet;
  return 'ok';
}

/** "Owners": an act of the product that would leave the organization without one is refused. */
function keepingAnOwner(world: World, work: (tried: World) => string): string {
  if (!hasOwner(world)) return work(world);
  const tried = copyOf(world);
  const answer = work(tried);
  if (!hasOwner(tried)) return 'LAST_OWNER';
  Object.assign(world, tried);
  return answer;
}

function alarming(world: World, work: () => string): string {
  const hadOwner = hasOwner(world);
  const answer = work();
  if (hadOwner && !hasOwner(world)) world.alarms += 1;
  return answer;
}
