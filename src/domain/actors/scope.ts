import { DomainError } from '../domain-error.ts';

/** What a credential of a directory may be narrowed to, as OAuth spells it (RFC 6749 §3.3). */
export const scopes = ['read', 'users:write', 'groups:write'] as const;
export type Scope = (typeof scopes)[number];

/** Everything that a credential of a directory may do. */
export const allScopes: ReadonlySet<Scope> = new Set(scopes);

/** What a call needs, with the scopes that allow it: whoever writes reads what they write, because a PATCH begins by reading. */
const allowedBy = {
  'users:read': ['read', 'users:write'],
  'groups:read': ['read', 'groups:write'],
  'users:write': ['users:write'],
  'groups:write': ['groups:write'],
} as const satisfies Record<string, readonly Scope[]>;
export type ScopeNeed = keyof typeof allowedBy;

/** Throws `insufficientScope` unless one of the scopes allows what the call needs. */
export function requireOneScope(held: ReadonlySet<Scope>, need: ScopeNeed): void {
  const wanted: readonly Scope[] = allowedBy[need];
  if (wanted.some((scope) => held.has(scope))) return;
  const message = `The bearer lacks the scope for this: it needs ${wanted.join(' or ')}.`;
  throw new DomainError('insufficientScope', message, { scopes: wanted });
}

/** The scopes of a new credential, all where none are named. Throws `invalidValue` for an empty list and for unknown ones. */
export function readScopes(given: readonly string[] | null | undefined): Scope[] {
  if (given == null) return [...scopes];
  const unknown = given.find((scope) => !isScope(scope));
  if (unknown === undefined && given.length > 0) return scopes.filter((scope) => given.includes(scope));
  throw new DomainError('invalidValue', `scopes takes one or more of ${scopes.join(', ')}.`, { path: 'scopes' });
}

export function isScope(text: string): text is Scope {
  return scopes.some((scope) => scope === text);
}

/** As tables keep them and OAuth sends them. */
export function scopeText(held: Iterable<Scope>): string {
  return [...held].join(' ');
}

/** There are only a few combinations, and every request asks for one. */
const read = new Map<string, ReadonlySet<Scope>>();

/** The scopes of a stored text; what is no scope, or no longer one, allows nothing. */
export function scopesOf(text: string): ReadonlySet<Scope> {
  const known = read.get(text);
  if (known) return known;
  const found = new Set(text.split(' ').filter(isScope));
  read.set(text, found);
  return found;
}
