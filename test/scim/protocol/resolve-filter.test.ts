import { describe, expect, test } from 'vitest';
import { groupTable, userTable } from '../../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { parseFilter, printFilter } from '../../../src/scim/protocol/filter.ts';
import { resolveFilter } from '../../../src/scim/protocol/resolve-filter.ts';
import { refusal } from './refusal.ts';

const resolved = (text: string, table = userTable) => printFilter(resolveFilter(parseFilter(text), table));

describe('resolveFilter', () => {
  test.each([
    ['username Eq "a"', 'userName eq "a"'],
    [`${USER_SCHEMA}:USERNAME eq "a"`, 'userName eq "a"'],
    ['active eq "True"', 'active eq true'],
    ['active ne "false"', 'active ne false'],
    ['emails eq "x"', 'emails.value eq "x"'],
    ['emails.type eq "work"', 'emails.type eq "work"'],
    ['emails[TYPE eq "work"].Value eq "x"', 'emails[type eq "work" and value eq "x"]'],
    ['roles[primary eq "True"]', 'roles[primary eq true]'],
    ['manager eq "m"', `${ENTERPRISE_USER_SCHEMA}:manager.value eq "m"`],
    [`${ENTERPRISE_USER_SCHEMA}.manager eq "m"`, `${ENTERPRISE_USER_SCHEMA}:manager.value eq "m"`],
    ['employeenumber eq "7"', `${ENTERPRISE_USER_SCHEMA}:employeeNumber eq "7"`],
    ['id eq "X" and manager eq "Y"', `id eq "X" and ${ENTERPRISE_USER_SCHEMA}:manager.value eq "Y"`],
    ['emails pr', 'emails pr'],
    ['title eq null', 'not (title pr)'],
    ['title ne null', 'title pr'],
    ['title eq ""', 'title eq ""'],
    ['meta.lastModified gt "2026-01-02T03:04:05+02:00"', 'meta.lastModified gt "2026-01-02T01:04:05.000Z"'],
    ['meta.version eq "W/\\"1\\""', 'meta.version eq "W/\\"1\\""'],
    [`schemas eq "${USER_SCHEMA}"`, `schemas eq "${USER_SCHEMA}"`],
    ['urn:acme:2.0:User:Badge eq "x"', 'urn:acme:2.0:User:Badge eq "x"'],
    ['urn:acme:2.0:User:car.doors gt 3', 'urn:acme:2.0:User:car.doors gt 3'],
    ['urn:acme:2.0:User:vip eq True', 'urn:acme:2.0:User:vip eq true'],
    ['urn:acme:2.0:User:badge eq null', 'not (urn:acme:2.0:User:badge pr)'],
    ['urn:acme:2.0:User:tags[Type sw "w" and n le 3]', 'urn:acme:2.0:User:tags[Type sw "w" and n le 3]'],
    [`${ENTERPRISE_USER_SCHEMA.toLowerCase()}:badge co "x"`, `${ENTERPRISE_USER_SCHEMA}:badge co "x"`],
    ['not (Title sw "a" or NICKNAME ew "b")', 'not (title sw "a" or nickName ew "b")'],
  ])('resolves %s', (text, expected) => {
    expect(resolved(text)).toBe(expected);
  });

  test('resolves the membership check of Entra', () => {
    expect(resolved('id eq "g" and members eq "u"', groupTable)).toBe('id eq "g" and members.value eq "u"');
  });

  test.each([
    ['row 24: an unknown attribute', 'favouriteColour eq "x"'],
    ['an attribute of another resource', 'members eq "x"'],
    ['an unknown sub-attribute', 'name.shoeSize eq "x"'],
    ['an unknown sub-attribute in a value path', 'emails[colour eq "x"]'],
    ['an unknown attribute deep in a filter', 'not (userName eq "a" or shoeSize pr)'],
    ['a value path on a simple attribute', 'userName[value eq "x"]'],
    ['a value path on a sub-attribute', 'emails.value[value eq "x"]'],
    ['a complex attribute without value', 'name eq "x"'],
    ['the order of booleans', 'active gt true'],
    ['a part of a boolean', 'active co "t"'],
    ['a boolean that is none', 'active eq "maybe"'],
    ['a number against a text', 'userName eq 7'],
    ['a boolean against a text', 'userName eq true'],
    ['a moment that is none', 'meta.created gt "yesterday"'],
    ['a part of a moment', 'meta.created sw "2026"'],
    ['the order of null', 'title gt null'],
    ['the order of a boolean of an open attribute', 'urn:acme:2.0:User:vip gt true'],
    ['a part of a number of an open attribute', 'urn:acme:2.0:User:level co 7'],
    ['a name of an open value that no path could say', 'urn:acme:2.0:User:tags[a.b eq 7]'],
    ['an unknown attribute of the core behind its URN', `${USER_SCHEMA}:shoeSize eq "x"`],
    ['a password', 'password eq "x"'],
    ['the presence of a password', 'password pr'],
  ])('security 23: refuses %s', (_what, text) => {
    expect(refusal(() => resolved(text))).toBe('400 invalidFilter');
  });
});
