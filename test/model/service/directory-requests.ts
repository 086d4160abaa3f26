import type { DirectoryAct } from '../steps.ts';
import type { Answer } from './http.ts';
import type { Place } from './place.ts';
import { groupBody, groupPatch, userBody, userPatch } from './scim-requests.ts';

/** A step of an identity provider as the SCIM request that it is. */
interface ScimRequest {
  directory: string;
  method: string;
  path: string;
  body?: unknown;
  /** What a 201 makes, by the name of the model. */
  makes?: string;
}

/** Sends the step and answers the HTTP status. */
export async function sendAsDirectory(
  place: Place,
  id: number,
  act: DirectoryAct,
  isAnswerLost: boolean,
): Promise<string> {
  const request = requestOf(place, id, act);
  const { directory, method, path, body } = request;
  if (isAnswerLost) {
    await place.scimLost(directory, method, path, body);
    await findOut(place, act, request);
    return 'lost';
  }
  const answer = await place.scim(directory, method, path, body);
  noteMade(place, request, answer.status === 201 ? answer.body.id : undefined);
  if (answer.status >= 500) throw new Error(`${method} ${path} answered ${answer.status}: ${textOf(answer)}`);
  return String(answer.status);
}

function requestOf(place: Place, id: number, act: DirectoryAct): ScimRequest {
  const { names } = place;
  const ids = (records: readonly string[]) => records.map((record) => names.id(record));
  const homeOf = (record: string) => place.homes.get(record) ?? '';
  switch (act.kind) {
    case 'postUser':
      return {
        directory: act.directory,
        method: 'POST',
        path: '/Users',
        body: userBody(act.facts, true),
        makes: `p${id}`,
      };
    case 'patchUser': {
      const body = userPatch(act.facts, act.dialect);
      return { directory: homeOf(act.record), method: 'PATCH', path: userPath(place, act), body };
    }
    case 'putUser': {
      const body = userBody(act.facts, false);
      return { directory: homeOf(act.record), method: 'PUT', path: userPath(place, act), body };
    }
    case 'deleteUser':
      return { directory: homeOf(act.record), method: 'DELETE', path: userPath(place, act) };
    case 'postGroup': {
      const body = groupBody({ ...act, memberIds: ids(act.records) });
      return { directory: act.directory, method: 'POST', path: '/Groups', body, makes: `g${id}` };
    }
    case 'patchGroup': {
      const body = groupPatch(act.edits, act.dialect, (record) => names.id(record));
      return { directory: homeOf(act.group), method: 'PATCH', path: groupPath(place, act), body };
    }
    case 'putGroup': {
      const body = groupBody({ ...act, memberIds: ids(act.records) });
      return { directory: homeOf(act.group), method: 'PUT', path: groupPath(place, act), body };
    }
    case 'deleteGroup':
      return { directory: homeOf(act.group), method: 'DELETE', path: groupPath(place, act) };
  }
}

function userPath(place: Place, { record }: { record: string }): string {
  return `/Users/${place.names.id(record)}`;
}

function groupPath(place: Place, { group }: { group: string }): string {
  return `/Groups/${place.names.id(group)}?excludedAttributes=members`;
}

/** A POST that revives somebody answers the id that is known already. */
function noteMade(place: Place, { makes, directory }: ScimRequest, id: unknown): void {
  if (makes === undefined || typeof id !== 'string' || place.names.hasName(id)) return;
  place.names.bind(makes, id);
  place.homes.set(makes, directory);
}

/** Entra, which does not know what became of its request, looks for what it wanted to make. */
async function findOut(place: Place, act: DirectoryAct, request: ScimRequest): Promise<void> {
  const filter = act.kind === 'postUser' ? `userName eq ${quoted(act.facts.userName)}` : filterOfGroup(act);
  if (filter === undefined) return;
  const path = `${request.path}?excludedAttributes=members&${new URLSearchParams({ filter })}`;
  const answer = await place.scim(request.directory, 'GET', path);
  const [found] = answer.body.Resources as { id: string }[];
  noteMade(place, request, found?.id);
}

function filterOfGroup(act: DirectoryAct): string | undefined {
  return act.kind === 'postGroup' ? `displayName eq ${quoted(act.displayName)}` : undefined;
}

function quoted(text: string | undefined): string {
  return JSON.stringify(text ?? '');
}

function textOf({ body }: Answer): string {
  return JSON.stringify(body);
}
