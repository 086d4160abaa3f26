import { expect } from 'vitest';
import { ERROR, PATCH_OP } from '../../src/attributes/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { entraGroup, entraUser } from './entra-requests.ts';
import { Rows } from './fingerprint.ts';
import { idOf, type RawRequest, type ScimAnswer } from './scim-client.ts';

const AT_ONCE = 16;

/** A directory with one user and one group, at which a test throws what no honest client sends. */
export class HostileTarget {
  readonly service: TestService;
  readonly connected: Connected;
  readonly rows: Rows;
  readonly userPath: string;
  readonly groupPath: string;

  private constructor(parts: Pick<HostileTarget, 'service' | 'connected' | 'rows' | 'userPath' | 'groupPath'>) {
    this.service = parts.service;
    this.connected = parts.connected;
    this.rows = parts.rows;
    this.userPath = parts.userPath;
    this.groupPath = parts.groupPath;
  }

  static async open(): Promise<HostileTarget> {
    const service = await startTestService();
    const connected = await service.connected();
    const rows = await Rows.open(service.connection);
    const { scim } = connected;
    const userPath = `/Users/${idOf(await scim.post('/Users', entraUser('ada')))}`;
    const groupPath = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Screens')))}`;
    return new HostileTarget({ service, connected, rows, userPath, groupPath });
  }

  send(request: RawRequest): Promise<ScimAnswer> {
    const { directory, scim } = this.connected;
    const headers = { Authorization: `Bearer ${directory.token}`, 'Content-Type': 'application/scim+json' };
    return scim.raw({ ...request, headers: { ...headers, ...request.headers } });
  }

  /** Sends all, and proves that each was refused in SCIM and that neither a row nor the log of mistakes changed. */
  async refuses(requests: RawRequest[], statuses = [400]): Promise<ScimAnswer[]> {
    const before = await this.rows.fingerprint();
    const answers: ScimAnswer[] = [];
    for (let start = 0; start < requests.length; start += AT_ONCE) {
      const some = requests.slice(start, start + AT_ONCE);
      answers.push(...(await Promise.all(some.map((request) => this.#refused(request, statuses)))));
    }
    expect(this.service.failures).toEqual([]);
    expect(await this.rows.fingerprint()).toEqual(before);
    return answers;
  }

  async #refused(request: RawRequest, statuses: number[]): Promise<ScimAnswer> {
    const answer = await this.send(request);
    const sent = `${request.method} ${request.path.slice(0, 120)} ${String(request.body ?? '').slice(0, 120)}`;
    const shown = `${sent}: ${answer.status} ${answer.text.slice(0, 200)}`;
    expect(statuses, shown).toContain(answer.status);
    const error = { schemas: [ERROR], status: String(answer.status), detail: expect.any(String) };
    expect(answer.body, shown).toMatchObject(error);
    return answer;
  }

  async close(): Promise<void> {
    await this.rows.close();
    await this.service.close();
  }
}

/** The scimTypes of answers, each once. */
export function scimTypesOf(answers: ScimAnswer[]): unknown[] {
  return [...new Set(answers.map((answer) => answer.body.scimType))];
}

export function post(body: string | Buffer, path = '/Users'): RawRequest {
  return { method: 'POST', path, body };
}

export function put(body: string | Buffer, path: string): RawRequest {
  return { method: 'PUT', path, body };
}

export function patch(operations: unknown[], path: string): RawRequest {
  return { method: 'PATCH', path, body: JSON.stringify({ schemas: [PATCH_OP], Operations: operations }) };
}

export function get(path: string): RawRequest {
  return { method: 'GET', path };
}

export function filtered(filter: string, endpoint = '/Users'): RawRequest {
  return get(`${endpoint}?${new URLSearchParams({ filter })}`);
}
