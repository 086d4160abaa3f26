import type { ActorRecord } from '../domain/actors/actor.ts';
import type { Explanation } from '../domain/permissions/access.ts';
import type { AccessPath, InactiveReason, PathLink } from '../domain/permissions/explanation.store.ts';
import type { UserRow } from '../domain/users/users.store.ts';
import type { FoundOrganization } from './find-organization.ts';
import { dateText, type Terminal } from './terminal.ts';
import { oneLine } from './visible-text.ts';

export interface ExplainedFacts {
  organization: FoundOrganization;
  user: UserRow;
  permission: string;
  /** The name of the space that was asked for. */
  space: string | undefined;
  explanation: Explanation;
}

/** Why a person may do something or may not: the verdict, then every path from the permission set down to the request. */
export function explanationText(facts: ExplainedFacts, { paint }: Terminal): string {
  const { organization, user, permission, space, explanation } = facts;
  const { isAllowed, inactiveReason, paths, otherSpaces } = explanation;
  const who = user.displayName === null ? user.userName : `${user.displayName} (${user.userName})`;
  const where = space === undefined ? '' : ` in the space "${space}"`;
  const mark = isAllowed ? paint('green', '✓') : paint('red', '✗');
  const verdict = `${mark} ${paint('bold', oneLine(who))} ${isAllowed ? 'holds' : 'does not hold'} ${paint('bold', permission)}${where}.`;
  if (paths.length === 0 && otherSpaces.length === 0) {
    return [
      verdict,
      '',
      `No grant of ${organization.name} reaches this person. Groups whose links wait give nothing yet; see:`,
      `  npx rollcall link list --org ${organization.slug}`,
    ].join('\n');
  }
  const notNow = inactiveReason === null ? '' : `Not now, because ${inactiveText[inactiveReason]}. Once active again, `;
  const here = [sentence(`${notNow}${isAllowed || notNow ? '' : notEffective}because`), ...paths.flatMap(pathLines)];
  const elsewhere = [sentence(`${notNow}in other spaces, because`), ...otherSpaces.flatMap(pathLines)];
  const parts = [...(paths.length > 0 ? [here] : []), ...(otherSpaces.length > 0 ? [elsewhere] : [])];
  return [verdict, ...parts.flatMap((part) => ['', ...part])].join('\n');
}

const notEffective = 'Not now, because the directory has the person as inactive. Otherwise, ';

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const inactiveText = {
  blocked: 'an admin blocked the user',
  removed: 'the user was removed',
  inactiveInDirectory: 'no directory has the user as active',
} satisfies Record<InactiveReason, string>;

function pathLines(path: AccessPath): string[] {
  const [first = '', ...more] = stepsOf(path);
  return [`  • ${oneLine(first)}`, ...more.map((step) => `    ${oneLine(step)}`)];
}

function stepsOf(path: AccessPath): string[] {
  const { source, permissionSet, grant, group, membership } = path;
  const set = `the permission set "${permissionSet.name}"`;
  if (!grant) return [`every active user has ${set}`];
  const where = grant.space ? ` on the space "${grant.space.name}"` : '';
  const by = `${where} by ${actorText(grant.grantedBy)} on ${dateText(grant.grantedAt)}`;
  if (source === 'direct') return [`${set} is granted to this person directly${by}`];
  const granted = `${set} is granted to the group "${group?.name}"${by},`;
  if (membership) {
    const adder = membership.addedBy ? ` by ${actorText(membership.addedBy)}` : '';
    return [granted, `where this person was put by hand${adder} on ${dateText(membership.addedAt)}`];
  }
  return [granted, ...directorySteps(path)];
}

function directorySteps({
  groupLink,
  directoryGroup,
  memberRequest,
  directoryUser,
  userLink,
  isEffective,
}: AccessPath) {
  const member = `whose member ${directoryUser?.userName} is this person${linkText(userLink)}`;
  return [
    `which the directory group "${directoryGroup?.name}" of "${directoryUser?.directoryName}" fills${linkText(groupLink)},`,
    `${member}${isEffective ? '' : '; inactive there now'}${memberRequest ? ';' : ''}`,
    ...(memberRequest ? [requestText(memberRequest)] : []),
  ];
}

function requestText({ method, path, requestId, at }: NonNullable<AccessPath['memberRequest']>): string {
  return `made a member on ${dateText(at)} by ${method} ${path} (request ${requestId})`;
}

function linkText(link: PathLink | null): string {
  if (!link) return '';
  const decided = link.decidedAt ? `, approved by ${actorText(link.decidedBy)} on ${dateText(link.decidedAt)}` : '';
  return ` since ${dateText(link.createdAt)}${decided}`;
}

function actorText(actor: ActorRecord | null): string {
  switch (actor?.kind) {
    case 'apiKey':
      return `the API key "${actor.name}"`;
    case 'directory':
      return 'the directory';
    case 'user':
      return `"${actor.name}"`;
    case 'operator':
      return 'the operator';
    default:
      return 'the service';
  }
}
