import { describe, expect, test } from 'vitest';
import { groupTable, userTable } from '../../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { printFilter } from '../../../src/scim/protocol/filter.ts';
import { parsePath } from '../../../src/scim/protocol/path.ts';
import { refusal } from './refusal.ts';

function parsed(path: string, table = userTable) {
  const result = parsePath(path, table);
  if (result.kind === 'unknown') return 'unknown';
  if (result.kind === 'schema') return { schema: result.schema.id };
  const { found, filter } = result;
  if (found === undefined) return { extension: result.kind === 'open' ? result.urn : '' };
  return filter === undefined ? found.canonicalPath : { path: found.canonicalPath, filter: printFilter(filter) };
}

describe('parsePath', () => {
  test.each([
    ['displayname', 'displayName'],
    [' name.FamilyName ', 'name.familyName'],
    ['emails[type eq "work"].Value', { path: 'emails.value', filter: 'type eq "work"' }],
    ['EMAILS[Type Eq "work"]', { path: 'emails', filter: 'type eq "work"' }],
    ['roles[primary eq "True"].display', { path: 'roles.display', filter: 'primary eq true' }],
    ['addresses[type eq "a]b"].locality', { path: 'addresses.locality', filter: 'type eq "a]b"' }],
    ['manager[value eq "x"]', { path: `${ENTERPRISE_USER_SCHEMA}:manager`, filter: 'value eq "x"' }],
    [`${USER_SCHEMA}:emails[type eq "work"].value`, { path: 'emails.value', filter: 'type eq "work"' }],
    [
      `${ENTERPRISE_USER_SCHEMA}:manager[value eq "x"].value`,
      { path: `${ENTERPRISE_USER_SCHEMA}:manager.value`, filter: 'value eq "x"' },
    ],
    [`${ENTERPRISE_USER_SCHEMA}.manager`, `${ENTERPRISE_USER_SCHEMA}:manager`],
    [`${ENTERPRISE_USER_SCHEMA}:department`, `${ENTERPRISE_USER_SCHEMA}:department`],
    [ENTERPRISE_USER_SCHEMA, { schema: ENTERPRISE_USER_SCHEMA }],
    [USER_SCHEMA.toUpperCase(), { schema: USER_SCHEMA }],
    [
      'urn:ietf:params:scim:schemas:extension:acme:2.0:User:shoeSize',
      'urn:ietf:params:scim:schemas:extension:acme:2.0:User:shoeSize',
    ],
    [`${ENTERPRISE_USER_SCHEMA.toLowerCase()}:shoeSize`, `${ENTERPRISE_USER_SCHEMA}:shoeSize`],
    ['urn:acme:hr', { extension: 'urn:acme:hr' }],
    [
      'urn:acme:User:badges[Type eq "door" and not (No eq null)].no',
      { path: 'urn:acme:User:badges.no', filter: 'Type eq "door" and not (not (No pr))' },
    ],
    [`${USER_SCHEMA}:shoeSize`, 'unknown'],
    ['favouriteColour', 'unknown'],
    ['favouriteColours[type eq "x"].value', 'unknown'],
    ['emails[type eq "work"].colour', 'unknown'],
  ])('resolves %s', (path, expected) => {
    expect(parsed(path)).toEqual(expected);
  });

  test('resolves the members of a group by value', () => {
    expect(parsed('members[value eq "u1"]', groupTable)).toEqual({ path: 'members', filter: 'value eq "u1"' });
  });

  test.each([
    '',
    'emails[',
    'emails[]',
    'emails[type eq "work"',
    'emails[type eq work].value',
    'emails[type eq "work"]value',
    'emails[type eq "work"].',
    'emails[type eq "work"].value.x',
    'user name',
    'title[value eq "x"]',
    'emails.value[type eq "x"]',
    '"title"',
    '{}',
    '[type eq "x"]',
    'x'.repeat(9000),
  ])('refuses %j', (path) => {
    expect(refusal(() => parsed(path))).toBe('400 invalidPath');
  });

  test('refuses a filter by what the attribute does not have', () => {
    expect(refusal(() => parsed('emails[colour eq "red"].value'))).toBe('400 invalidFilter');
  });
});
