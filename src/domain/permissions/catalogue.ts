import { readFile } from 'node:fs/promises';
import { type BuiltInSet, builtInSets } from './permission-set.entity.ts';

export interface Permission {
  readonly name: string;
  readonly description: string;
  readonly isSensitive: boolean;
  /** True when the built-in reader set holds it. */
  readonly isForReaders: boolean;
}

const RESERVED_PREFIX = 'rollcall:';
const NAME = /^[a-z][a-z0-9-]*(:[a-z0-9-]+)+$/;
const NAME_LENGTH_MAX = 128;
const DESCRIPTION_LENGTH_MAX = 1000;
const FIELDS = new Set(['name', 'description', 'sensitive', 'sets']);

/** What only an owner holds. */
export const OWNER_ONLY = 'rollcall:organization';

const rollcallPermissions: readonly (readonly [name: string, description: string])[] = [
  ['rollcall:directories', 'Connect directories, change their settings, make and revoke SCIM tokens.'],
  ['rollcall:links', 'Approve, reject and undo links between directory records and users or groups.'],
  ['rollcall:grants', 'Give permission sets to groups and users and take them away.'],
  ['rollcall:users', 'Create, change, block and remove users.'],
  ['rollcall:groups', 'Create, change and delete groups and their manual members.'],
  ['rollcall:permission-sets', 'Create, change and delete permission sets.'],
  ['rollcall:connections', 'Set up single sign-on and domains.'],
  ['rollcall:keys', 'Make and revoke API keys.'],
  ['rollcall:audit', 'Read the audit trail.'],
  [OWNER_ONLY, 'Change the organization itself.'],
];

/** True for what allows something in Rollcall itself: a grant on one space does not give it. */
export function isReserved(permission: string): boolean {
  return permission.startsWith(RESERVED_PREFIX);
}

/** Every permission there is: what the product declares and the built-in `rollcall:*` ones, which are all sensitive. */
export class PermissionCatalogue {
  readonly permissions: readonly Permission[];
  /** The names of the sensitive permissions. */
  readonly sensitivePermissions: readonly string[];
  /** The built-in sets that hold a sensitive permission; owner and admin always. */
  readonly sensitiveSets: readonly BuiltInSet[];
  /** The built-in sets that hold anything: reader only where the product says so. */
  readonly grantingSets: readonly BuiltInSet[];
  readonly #byName: ReadonlyMap<string, Permission>;
  readonly #held: Readonly<Record<BuiltInSet, readonly string[]>>;

  /** Throws with the position of the first declaration that is wrong. */
  constructor(declarations: unknown) {
    const declared = readDeclarations(declarations);
    const builtIn = rollcallPermissions.map(([name, description]) => ({
      name,
      description,
      isSensitive: true,
      isForReaders: false,
    }));
    this.permissions = [...declared, ...builtIn];
    this.#byName = new Map(this.permissions.map((permission) => [permission.name, permission]));
    this.#held = {
      owner: namesOf(this.permissions),
      admin: namesOf(this.permissions.filter((permission) => permission.name !== OWNER_ONLY)),
      reader: namesOf(declared.filter((permission) => permission.isForReaders)),
    };
    this.sensitivePermissions = namesOf(this.permissions.filter((permission) => permission.isSensitive));
    this.grantingSets = builtInSets.filter((set) => this.#held[set].length > 0);
    const sensitive = new Set(this.sensitivePermissions);
    this.sensitiveSets = builtInSets.filter((set) => this.#held[set].some((name) => sensitive.has(name)));
  }

  /** Reads the catalogue from a JSON file. Throws an error that names the file and the position. */
  static async load(path: string): Promise<PermissionCatalogue> {
    try {
      return new PermissionCatalogue(JSON.parse(await readFile(path, 'utf8')));
    } catch (error) {
      throw new Error(`The permission catalogue ${path} cannot be used: ${(error as Error).message}`, { cause: error });
    }
  }

  find(name: string): Permission | undefined {
    return this.#byName.get(name);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Whether one of the permissions is sensitive. */
  holdsSensitive(names: readonly string[]): boolean {
    return names.some((name) => this.find(name)?.isSensitive);
  }

  /** What a built-in set holds. */
  heldBy(set: BuiltInSet): readonly string[] {
    return this.#held[set];
  }

  /** The built-in sets that hold the permission; none for one that is not in the catalogue. */
  setsHolding(name: string): BuiltInSet[] {
    return builtInSets.filter((set) => this.#held[set].includes(name));
  }

  /** What a stored set holds now: a built-in one by this catalogue, another by its rows, less what is declared no more. */
  resolve(builtIn: BuiltInSet | null, rows: readonly string[]): string[] {
    return builtIn === null ? rows.filter((name) => this.has(name)) : [...this.#held[builtIn]];
  }

  /** What one holds by the name of a built-in set or of a permission: none is named like the other, permissions have a colon. */
  resolveHeld(name: string): string[] {
    return this.resolve(builtInSets.find((set) => set === name) ?? null, [name]);
  }
}

function namesOf(permissions: readonly Permission[]): string[] {
  return permissions.map((permission) => permission.name);
}

function readDeclarations(declarations: unknown): Permission[] {
  if (!Array.isArray(declarations)) throw new Error('It must be a JSON array of permissions.');
  const seen = new Map<string, number>();
  return declarations.map((declaration: unknown, index) => {
    const position = index + 1;
    const refuse = (problem: string): never => {
      throw new Error(`Permission ${position} ${problem}.`);
    };
    const permission = readDeclaration(declaration, refuse);
    const earlier = seen.get(permission.name);
    if (earlier !== undefined) refuse(`("${permission.name}") repeats the name of permission ${earlier}`);
    seen.set(permission.name, position);
    return permission;
  });
}

function readDeclaration(declaration: unknown, refuse: (problem: string) => never): Permission {
  if (typeof declaration !== 'object' || declaration === null || Array.isArray(declaration)) {
    return refuse('must be an object with name and description');
  }
  const { name, description, sensitive = false, sets = [] } = declaration as Record<string, unknown>;
  if (typeof name !== 'string') return refuse('needs a name');
  if (name.startsWith(RESERVED_PREFIX)) return refuse(`("${name}") uses the reserved prefix ${RESERVED_PREFIX}`);
  if (!NAME.test(name) || name.length > NAME_LENGTH_MAX) {
    return refuse(`("${name}") must be named like screens:publish, in a–z, 0–9 and hyphens, at most 128 characters`);
  }
  if (typeof description !== 'string' || description.trim() === '' || description.length > DESCRIPTION_LENGTH_MAX) {
    return refuse(`("${name}") needs a description of at most ${DESCRIPTION_LENGTH_MAX} characters`);
  }
  if (typeof sensitive !== 'boolean') return refuse(`("${name}") must have true or false as sensitive`);
  if (!Array.isArray(sets) || !sets.every((set) => builtInSets.some((known) => known === set))) {
    return refuse(`("${name}") may name only ${builtInSets.join(', ')} in sets`);
  }
  const stray = Object.keys(declaration).find((field) => !FIELDS.has(field));
  if (stray !== undefined) return refuse(`("${name}") has the unknown field ${stray}`);
  return { name, description, isSensitive: sensitive, isForReaders: sets.includes('reader') };
}
