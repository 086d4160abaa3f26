import type { Json, JsonObject } from '../../src/attributes/json.ts';
import type { GraphAnswer, GraphCall, GraphClient, GraphDocument } from '../../src/scim/graph-client.ts';

type Stored = { id: string; version: number; resource: JsonObject; createdAt: string; updatedAt: string };
type Answering = (input: JsonObject) => JsonObject;

export const DIRECTORY_ID = '0198a000-0000-7000-8000-00000000d1d1';
export const BEARER = 'Bearer of-the-directory';
export const AT = '2026-01-02T03:04:05.678Z';

/**
 * The GraphQL side for one directory and one bearer, in memory: enough of it to try the facade where no database is needed.
 * What is asked is kept in `asked`; `answers` replaces the answer to an operation.
 */
export class MemoryGraph implements GraphClient {
  readonly asked: { name: string; variables: JsonObject; call: GraphCall }[] = [];
  readonly answers = new Map<string, (variables: JsonObject) => GraphAnswer<Json> | undefined>();
  readonly users = new Map<string, Stored>();
  /** What the organization declared, as `directorySchemas` gives it. */
  readonly schemas: { resourceType: string; definition: JsonObject }[] = [];
  isStrict = false;
  readonly groups = new Map<string, Stored & { members: Json[] }>();

  readonly #operations: Record<string, Answering> = {
    OpenDirectory: () => ({ directoryUser: null }),
    ListDirectorySchemas: () => ({ directorySchemas: this.schemas }),
    ReadStrictness: () => ({ isDirectoryStrict: this.isStrict }),
    ReportProvisioningEvents: () => ({ reportProvisioningEvents: { count: 0, errors: [] } }),
    ReportRefusedCalls: () => ({ reportRefusedCalls: { errors: [] } }),
    ReadUser: ({ id, withGroups }) => ({ directoryUser: this.#user(String(id), withGroups === true) }),
    ListUsers: ({ count, withGroups }) => {
      const ids = [...this.users.keys()].slice(0, Number(count));
      const items = ids.map((id) => this.#user(id, withGroups === true));
      return { directoryUsers: { totalCount: this.users.size, items } };
    },
    CreateUser: ({ resource }) => ({
      createDirectoryUser: written('directoryUser', this.addUser(resource as JsonObject)),
    }),
    ReplaceUser: (input) => ({ replaceDirectoryUser: this.#replaceUser(input) }),
    DeleteUser: ({ id }) => ({
      deleteDirectoryUser: this.users.delete(String(id)) ? written('deletedId', id) : notFound(),
    }),
    ReadGroup: ({ id, first }) => ({ directoryGroup: this.#group(String(id), Number(first)) }),
    ReadGroupMembers: ({ id, first, after }) => ({
      directoryGroup: this.#group(String(id), Number(first), typeof after === 'string' ? after : undefined),
    }),
    ListGroups: ({ first }) => {
      const items = [...this.groups.keys()].map((id) => this.#group(id, Number(first)));
      return { directoryGroups: { totalCount: this.groups.size, items } };
    },
    CreateGroup: ({ resource, memberIds }) => {
      const members = (memberIds as string[]).map((value) => ({ value, display: `name of ${value}` }));
      return { createDirectoryGroup: written('directoryGroup', this.addGroup(resource as JsonObject, members)) };
    },
    ChangeGroup: ({ id }) => {
      const group = this.groups.get(String(id));
      return { changeDirectoryGroup: group ? written('directoryGroup', group) : notFound() };
    },
    DeleteGroup: ({ id }) => ({
      deleteDirectoryGroup: this.groups.delete(String(id)) ? written('deletedId', id) : notFound(),
    }),
  };

  addUser(resource: JsonObject): Stored {
    const user = { id: idOf('u', this.users.size + 1), version: 1, resource, createdAt: AT, updatedAt: AT };
    this.users.set(user.id, user);
    return user;
  }

  addGroup(resource: JsonObject, members: Json[] = []): Stored {
    const group = { id: idOf('9', this.groups.size + 1), version: 1, resource, createdAt: AT, updatedAt: AT, members };
    this.groups.set(group.id, group);
    return group;
  }

  namesAsked(): string[] {
    return this.asked.map(({ name }) => name);
  }

  async run<Data, Variables>(
    document: GraphDocument<Data, Variables>,
    variables: Variables,
    call: GraphCall,
  ): Promise<GraphAnswer<Data>> {
    const given = structuredClone(variables) as JsonObject;
    this.asked.push({ name: document.name, variables: given, call });
    await new Promise((resolve) => setImmediate(resolve));
    return this.#answer(document, given, call) as GraphAnswer<Data>;
  }

  #answer(
    { name, field }: Pick<GraphDocument<Json, Json>, 'name' | 'field'>,
    variables: JsonObject,
    call: GraphCall,
  ): GraphAnswer<Json> {
    const input = (variables.input ?? variables) as JsonObject;
    // Of anybody, whoever it is.
    if (name === 'ReportRefusedCalls') return { data: this.#operations[name]?.(input) ?? null };
    if (call.authorization !== BEARER) return thrown('UNAUTHENTICATED');
    if (input.directoryId !== DIRECTORY_ID) {
      return variables.input === undefined ? thrown('BAD_USER_INPUT', 'NOT_FOUND') : { data: { [field]: notFound() } };
    }
    return this.answers.get(name)?.(variables) ?? { data: this.#operations[name]?.(input) ?? null };
  }

  #group(id: string, first: number, after?: string): JsonObject | null {
    const group = this.groups.get(id);
    if (group === undefined) return null;
    const start = 1 + group.members.findIndex((member) => (member as JsonObject).value === after);
    return { ...group, members: group.members.slice(start, start + first) };
  }

  #user(id: string, withGroups: boolean): JsonObject | null {
    const user = this.users.get(id);
    if (user === undefined) return null;
    return withGroups ? { ...user, groups: [{ id: idOf('9', 1), displayName: 'Marketing' }] } : user;
  }

  #replaceUser({ id, resource, ifVersions }: JsonObject): JsonObject {
    const user = this.users.get(String(id));
    if (user === undefined) return notFound();
    if (Array.isArray(ifVersions) && !ifVersions.includes(user.version)) return failed('VERSION_CONFLICT');
    user.version += 1;
    user.resource = resource as JsonObject;
    return written('directoryUser', { ...user });
  }
}

/** A thrown GraphQL error. */
export function thrown(code: string, reason?: string): GraphAnswer<never> {
  return { errors: [{ message: 'a message from inside', extensions: { code, ...(reason && { reason }) } }] };
}

/** The payload of a mutation that met an expected failure. */
export function failed(code: string, path: string | null = null): JsonObject {
  return { errors: [{ code, message: `message of ${code}`, path }] };
}

function notFound(): JsonObject {
  return failed('NOT_FOUND');
}

function written(field: string, value: Json | undefined): JsonObject {
  return { [field]: value ?? null, errors: [] };
}

function idOf(kind: 'u' | '9', number: number): string {
  return `0198a000-0000-7000-8000-${kind === 'u' ? 'a' : '9'}${String(number).padStart(11, '0')}`;
}
