import { foldKey } from '../../src/attributes/fold.ts';
import type { UserDocument } from './world.ts';

/** What one write says of a person; absent: nothing is said. */
export interface PersonFacts {
  userName?: string;
  externalId?: string;
  displayName?: string;
  title?: string;
  givenName?: string;
  familyName?: string;
  workEmail?: string;
  department?: string;
  active?: boolean;
}

/** The document that a POST or PUT of these facts stores; `wasActive` stands where a PUT says nothing of `active`. */
export function documentOf(facts: PersonFacts, wasActive = true): UserDocument {
  return patched({ userName: facts.userName ?? '', active: wasActive }, facts);
}

/** The document after a PATCH of these facts. */
export function patched(before: UserDocument, facts: PersonFacts): UserDocument {
  const after: UserDocument = { ...before };
  if (facts.userName !== undefined) after.userName = facts.userName;
  if (facts.active !== undefined) after.active = facts.active;
  if (facts.externalId !== undefined) after.externalId = facts.externalId;
  if (facts.displayName !== undefined) after.displayName = facts.displayName;
  if (facts.title !== undefined) after.title = facts.title;
  if (facts.department !== undefined) after.department = facts.department;
  if (facts.givenName !== undefined) after.name = { ...after.name, givenName: facts.givenName };
  if (facts.familyName !== undefined) after.name = { ...after.name, familyName: facts.familyName };
  if (facts.workEmail !== undefined) after.emails = withWorkEmail(after.emails ?? [], facts.workEmail);
  return after;
}

function withWorkEmail(emails: NonNullable<UserDocument['emails']>, value: string) {
  const hasWork = emails.some((email) => email.type === 'work');
  if (!hasWork) return [...emails, { type: 'work', value }];
  return emails.map((email) => (email.type === 'work' ? { ...email, value } : email));
}

export interface Profile {
  userName: string;
  displayName: string | null;
  email: string | null;
}

/** What the product shows of a record: docs/guides/connect-entra.md, "The mapping". */
export function profileOf(document: UserDocument): Profile {
  const { givenName, familyName } = document.name ?? {};
  const parts = [givenName, familyName].filter((part) => part !== undefined);
  return {
    userName: document.userName,
    displayName: document.displayName ?? (parts.length > 0 ? parts.join(' ') : null),
    email: workEmailOf(document),
  };
}

export function workEmailOf(document: UserDocument): string | null {
  return document.emails?.find((email) => email.type === 'work')?.value ?? null;
}

export function keyOf(document: UserDocument): string {
  return foldKey(document.userName);
}

export function isSameDocument(one: UserDocument, other: UserDocument): boolean {
  return textOf(one) === textOf(other);
}

/** The same text for the same document, whatever the order of its keys. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)))
      : item,
  );
}
