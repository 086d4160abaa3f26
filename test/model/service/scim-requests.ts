import { ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, PATCH_OP, USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { documentOf, type PersonFacts } from '../documents.ts';
import type { Dialect, GroupEdit } from '../steps.ts';
import type { UserDocument } from '../world.ts';

/** What Entra sends (/work/shared/scim-clients.md, sections 1.3 to 1.9), made from the facts of a step. */

type Operation = { op: string; path?: string; value?: unknown };

export function userBody(facts: PersonFacts, isCreate: boolean): Record<string, unknown> {
  const { active, ...document } = storedDocument(documentOf(facts));
  const says = facts.active === undefined ? (isCreate ? { active: true } : {}) : { active };
  return { schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA], ...document, ...says, meta: { resourceType: 'User' } };
}

/** The document as SCIM spells it. */
export function storedDocument({ department, ...core }: UserDocument): Record<string, unknown> {
  return department === undefined ? core : { ...core, [ENTERPRISE_USER_SCHEMA]: { department } };
}

const paths: Record<keyof PersonFacts, string> = {
  userName: 'userName',
  externalId: 'externalId',
  displayName: 'displayName',
  title: 'title',
  givenName: 'name.givenName',
  familyName: 'name.familyName',
  workEmail: 'emails[type eq "work"].value',
  department: `${ENTERPRISE_USER_SCHEMA}:department`,
  active: 'active',
};

export function userPatch(facts: PersonFacts, dialect: Dialect): Record<string, unknown> {
  const entries = Object.entries(facts) as [keyof PersonFacts, string | boolean][];
  const operations =
    dialect === 'default' ? entries.map(([name, value]) => defaultOperation(name, value)) : flagOperations(entries);
  return { schemas: [PATCH_OP], Operations: operations };
}

/** Capitals, an operation a path, text for booleans. */
function defaultOperation(name: keyof PersonFacts, value: string | boolean): Operation {
  const said = typeof value === 'boolean' ? (value ? 'True' : 'False') : value;
  return { op: name === 'department' ? 'Add' : 'Replace', path: paths[name], value: said };
}

/** One operation without a path; what has a filter in its path, and `active` alone, stays an operation of its own. */
function flagOperations(entries: [keyof PersonFacts, string | boolean][]): Operation[] {
  const isApart = ([name]: [keyof PersonFacts, unknown]) => name === 'workEmail' || name === 'active';
  const together = entries.filter((entry) => !isApart(entry)).map(([name, value]) => [paths[name], value]);
  const apart = entries.filter(isApart).map(([name, value]) => ({ op: 'replace', path: paths[name], value }));
  return together.length > 0 ? [...apart, { op: 'replace', value: Object.fromEntries(together) }] : apart;
}

export interface GroupFacts {
  displayName: string;
  externalId: string | null;
  memberIds: string[];
}

export function groupBody({ displayName, externalId, memberIds }: GroupFacts): Record<string, unknown> {
  return {
    schemas: [GROUP_SCHEMA, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
    displayName,
    ...(externalId === null ? {} : { externalId }),
    ...(memberIds.length > 0 ? { members: memberIds.map((value) => ({ value })) } : {}),
    meta: { resourceType: 'Group' },
  };
}

export function groupPatch(
  edits: readonly GroupEdit[],
  dialect: Dialect,
  idOf: (record: string) => string,
): Record<string, unknown> {
  const operations = edits.flatMap((edit) => groupOperations(edit, dialect, idOf));
  return { schemas: [PATCH_OP], Operations: operations };
}

function groupOperations(edit: GroupEdit, dialect: Dialect, idOf: (record: string) => string): Operation[] {
  const spelled = (op: string) => (dialect === 'default' ? op : op.toLowerCase());
  if (edit.edit === 'rename') {
    return dialect === 'default'
      ? [{ op: 'Replace', path: 'displayName', value: edit.displayName }]
      : [{ op: 'replace', value: { displayName: edit.displayName } }];
  }
  const ids = edit.records.map(idOf);
  const values = ids.map((value) => (dialect === 'default' ? { $ref: null, value } : { value }));
  if (edit.edit === 'remove') {
    return dialect === 'default'
      ? [{ op: 'Remove', path: 'members', value: values }]
      : ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }));
  }
  return [{ op: spelled(edit.edit === 'add' ? 'Add' : 'Replace'), path: 'members', value: values }];
}
