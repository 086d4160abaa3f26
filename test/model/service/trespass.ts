import type { Place } from './place.ts';

/** Tries, with the keys of one organization, what may be done in it to what belongs to another; answers what was let through. */
export async function trespass(place: Place, other: Place, directory: string, number: number): Promise<string[]> {
  const theirs = [...other.names.entries()];
  const one = (start: RegExp) => {
    const found = theirs.filter(([name]) => start.test(name));
    return found[number % Math.max(found.length, 1)]?.[1];
  };
  const group = [...place.names.entries()].find(([name]) => name.startsWith('G'))?.[1];
  const [person, directoryGroup, user, theirGroup] = [one(/^p/), one(/^g/), one(/^u/), one(/^G/)];
  const wrong: string[] = [];
  const expect = async (what: string, expected: string, answer: Promise<string>) => {
    const got = await answer;
    if (got !== expected) wrong.push(`trespass by ${what}: expected ${expected}, got ${got}`);
  };
  const status = async (method: string, path: string, body?: unknown) =>
    String((await place.scim(directory, method, path, body)).status);
  const code = async (mutation: string, input: object) => (await place.mutate(mutation, input)).code;
  const deactivation = { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] };
  if (person !== undefined) {
    await expect('GET of a user', '404', status('GET', `/Users/${person}`));
    await expect('PATCH of a user', '404', status('PATCH', `/Users/${person}`, deactivation));
    await expect('DELETE of a user', '404', status('DELETE', `/Users/${person}`));
  }
  if (directoryGroup !== undefined)
    await expect('DELETE of a group', '404', status('DELETE', `/Groups/${directoryGroup}`));
  if (user !== undefined) {
    await expect('updateUser', 'NOT_FOUND', code('updateUser', { id: user, displayName: 'Mine' }));
    await expect('removeUser', 'NOT_FOUND', code('removeUser', { id: user }));
    const data = await place.query('query ($id: ID!) { user(id: $id) { id } node(id: $id) { id } }', { id: user });
    await expect('user and node', '{"user":null,"node":null}', Promise.resolve(JSON.stringify(data)));
    if (group !== undefined) {
      const answer = await code('addGroupMembers', { groupId: group, userIds: [user] });
      const isRefused = ['INVALID_VALUE', 'GROUP_IS_LINKED', 'NOT_FOUND'].includes(answer);
      if (!isRefused) wrong.push(`trespass by addGroupMembers: got ${answer}`);
    }
  }
  const theirDomain = one(/^M/);
  if (theirDomain !== undefined) {
    await expect('verifyEmailDomain', 'NOT_FOUND', code('verifyEmailDomain', { id: theirDomain }));
    await expect('removeEmailDomain', 'NOT_FOUND', code('removeEmailDomain', { id: theirDomain }));
  }
  if (theirGroup !== undefined) {
    await expect('deleteGroup', 'NOT_FOUND', code('deleteGroup', { id: theirGroup }));
    const permissionSetId = place.names.id('reader');
    await expect('grant', 'NOT_FOUND', code('grantPermissionSet', { permissionSetId, groupId: theirGroup }));
  }
  return wrong;
}
