import type { Step } from '../steps.ts';
import type { Payload, Place } from './place.ts';

/** What the driver needs to know of the service to carry an admin's step out. */
export interface LinkIds {
  /** The id of the link of a record that is not history. */
  linkId(record: string): Promise<string>;
}

/** Sends the step over GraphQL and answers `ok` or the code of the refusal. */
export async function sendAsAdmin(place: Place, step: Step, links: LinkIds): Promise<string> {
  const { names } = place;
  const { by = 'owner' } = step;
  const make = async (mutation: string, input: object, noun: string, name: string) => {
    const { code, payload } = await place.mutate(mutation, input, `${noun} { id }`, by);
    const id = idOf(payload, noun);
    if (code === 'ok' && !names.hasName(id)) names.bind(name, id);
    return code;
  };
  const change = async (mutation: string, input: object) => (await place.mutate(mutation, input, '', by)).code;
  switch (step.kind) {
    case 'createUser': {
      const { userName, displayName, email } = step;
      return make('createUser', { userName, displayName, email }, 'user', `u${step.id}`);
    }
    case 'updateUser': {
      const { userName, displayName, email } = step;
      return change('updateUser', { id: names.id(step.user), userName, displayName, email });
    }
    case 'removeUser':
    case 'keepUser':
    case 'blockUser':
    case 'unblockUser':
      return change(step.kind, { id: names.id(step.user) });
    case 'createGroup':
      return make('createGroup', { name: step.name }, 'group', `G${step.id}`);
    case 'renameGroup':
      return change('updateGroup', { id: names.id(step.group), name: step.name });
    case 'removeGroup':
      return change('deleteGroup', { id: names.id(step.group) });
    case 'addMembers':
    case 'removeMembers': {
      const input = { groupId: names.id(step.group), userIds: step.users.map((user) => names.id(user)) };
      return change(step.kind === 'addMembers' ? 'addGroupMembers' : 'removeGroupMembers', input);
    }
    case 'createSet': {
      const input = { name: `Set ${step.id}`, permissions: step.permissions };
      return make('createPermissionSet', input, 'permissionSet', `S${step.id}`);
    }
    case 'updateSet':
      return change('updatePermissionSet', {
        id: names.id(step.permissionSet),
        permissions: step.permissions,
        ...confirmation(step),
      });
    case 'deleteSet':
      return change('deletePermissionSet', { id: names.id(step.permissionSet) });
    case 'createSpace':
      return make('createSpace', { name: `Space ${step.id}` }, 'space', `X${step.id}`);
    case 'deleteSpace':
      return change('deleteSpace', { id: names.id(step.space) });
    case 'grant': {
      const id = (name: string | null) => (name === null ? undefined : names.id(name));
      const input = {
        permissionSetId: names.id(step.permissionSet),
        groupId: id(step.group),
        userId: id(step.user),
        spaceId: id(step.space),
        ...confirmation(step),
      };
      return make('grantPermissionSet', input, 'grant', `r${step.id}`);
    }
    case 'revoke':
      return change('revokeGrant', { id: names.id(step.grant) });
    case 'approveLink':
      return approve(place, await links.linkId(step.record), by);
    case 'rejectLink':
    case 'separateLink':
    case 'retryLink':
      return change(step.kind, { id: await links.linkId(step.record) });
    case 'unlink':
      return change('unlink', { id: await links.linkId(step.record), people: step.people });
    case 'addDomain':
      return make('addEmailDomain', { domain: step.domain }, 'emailDomain', `M${step.id}`);
    case 'verifyDomain':
      return change('verifyEmailDomain', { id: names.id(step.emailDomain) });
    case 'removeDomain':
      return change('removeEmailDomain', { id: names.id(step.emailDomain) });
    case 'setPolicy':
      return change('updateOrganization', { groupMatching: step.policy.toUpperCase() });
    case 'setDefault': {
      const defaultPermissionSetId = step.permissionSet === null ? null : names.id(step.permissionSet);
      return change('updateOrganization', { defaultPermissionSetId });
    }
    case 'setPrecedence':
      return change('updateDirectory', { id: place.directory(step.directory).id, precedence: step.precedence });
    case 'activateDirectory':
      return activate(place, place.directory(step.directory).id, by);
    case 'pauseDirectory':
      return change('pauseDirectory', { id: place.directory(step.directory).id });
    case 'retireDirectory': {
      const { id } = place.directory(step.directory);
      return change('retireDirectory', { id, people: step.people, confirmName: step.directory });
    }
    default:
      throw new Error(`${step.kind} is not sent over GraphQL.`);
  }
}

function confirmation({ isConfirmed }: { isConfirmed: boolean }) {
  return isConfirmed ? { confirmsDirectoryMembership: true } : {};
}

/** A decision on what the preview shows now. */
async function approve(place: Place, id: string, by: 'owner' | 'helper'): Promise<string> {
  const data = await place.query('query ($id: ID!) { linkPreview(id: $id) { digest } }', { id });
  const preview = data.linkPreview as { digest: string } | null;
  if (!preview) return 'NOT_FOUND';
  const { digest } = preview;
  return (await place.mutate('approveLink', { id, digest }, '', by)).code;
}

async function activate(place: Place, id: string, by: 'owner' | 'helper'): Promise<string> {
  const data = await place.query('query ($id: ID!) { directoryPreview(id: $id) { digest } }', { id });
  const { digest } = data.directoryPreview as { digest: string };
  return (await place.mutate('activateDirectory', { id, digest }, '', by)).code;
}

function idOf(payload: Payload, noun: string): string {
  return String(payload[noun]?.id ?? '');
}
