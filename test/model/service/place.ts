import type { Actor } from '../../../src/domain/actors/actor.ts';
import type { Answer, Http } from './http.ts';
import { Names } from './names.ts';

export interface PlacedDirectory {
  id: string;
  token: string;
}

/** One organization of the service, as its clients reach it. */
export class Place {
  readonly id: string;
  readonly operator: Actor;
  readonly http: Http;
  names = new Names();
  readonly directories = new Map<string, PlacedDirectory>();
  /** The directory of each directory user and group that was ever made, by the names of the model. */
  readonly homes = new Map<string, string>();
  /** Of somebody who holds everything, and of a helper. */
  readonly #apiKeys: Record<'owner' | 'helper', string>;

  constructor(parts: { id: string; apiKeys: Record<'owner' | 'helper', string>; operator: Actor; http: Http }) {
    this.id = parts.id;
    this.#apiKeys = parts.apiKeys;
    this.operator = parts.operator;
    this.http = parts.http;
  }

  directory(name: string): PlacedDirectory {
    const directory = this.directories.get(name);
    if (!directory) throw new Error(`The service has no directory ${name}.`);
    return directory;
  }

  scim(directory: string, method: string, path: string, body?: unknown): Promise<Answer> {
    return this.http.send(this.#sent(directory, method, path, body));
  }

  scimLost(directory: string, method: string, path: string, body?: unknown): Promise<void> {
    return this.http.sendAndHangUp(this.#sent(directory, method, path, body));
  }

  /** The data of a query; throws what the service complains of. */
  async query(query: string, variables: object = {}): Promise<Record<string, unknown>> {
    const body = await this.#post(query, variables, 'owner');
    if (body.errors !== undefined || !body.data) throw new Error(JSON.stringify(body));
    return body.data as Record<string, unknown>;
  }

  /** Runs a mutation that selects its payload in `fields`; answers the payload with the first code of its errors. */
  async mutate(
    mutation: string,
    input: object,
    fields = '',
    by: 'owner' | 'helper' = 'owner',
  ): Promise<{ code: string; payload: Payload }> {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${fields} errors { code message } } }`;
    const body = await this.#post(query, { input }, by);
    const payload = (body.data as Record<string, Payload> | null)?.[mutation];
    if (payload) return { code: payload.errors[0]?.code ?? 'ok', payload };
    const [error] = (body.errors ?? []) as { extensions?: { code?: string } }[];
    if (error?.extensions?.code !== 'FORBIDDEN') throw new Error(JSON.stringify(body));
    return { code: 'FORBIDDEN', payload: { errors: [] } as unknown as Payload };
  }

  async #post(query: string, variables: object, by: 'owner' | 'helper'): Promise<Record<string, unknown>> {
    const sent = { method: 'POST', path: '/graphql', bearer: this.#apiKeys[by], type: 'application/json' };
    return (await this.http.send({ ...sent, body: { query, variables } })).body;
  }

  #sent(directory: string, method: string, path: string, body: unknown) {
    const { id, token } = this.directory(directory);
    return { method, path: `/scim/v2/${id}${path}`, bearer: token, ...(body === undefined ? {} : { body }) };
  }
}

export type Payload = { errors: { code: string; message: string }[] } & Record<string, Record<string, unknown> | null>;
