import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readUserDocument } from '../../src/scim/documents/operations.ts';
import { HttpGraphClient } from '../../src/scim/http-graph-client.ts';
import { startFacade } from './facade-server.ts';
import { BEARER, DIRECTORY_ID, MemoryGraph } from './memory-graph.ts';

const call = { authorization: BEARER, requestId: 'r1', method: 'GET', path: '/Users?filter=a+eq+%22b%22' };
const variables = { directoryId: DIRECTORY_ID, id: 'x', withGroups: false };

/** The address of a /graphql that answers by the listener. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

/** The field that an operation asks for. */
function fieldOf(query: string): string {
  return /^\w+ \w+(?:\([^)]*\))?\{(\w+)/.exec(query)?.[1] ?? '';
}

/** Runs the received operation on the graph with what the headers say of the call. */
async function runOn(graph: MemoryGraph, request: IncomingMessage): Promise<string> {
  const { operationName: name, query, variables: given } = JSON.parse(await text(request));
  const { authorization, 'x-request-id': requestId, ...headers } = request.headers;
  const received = {
    authorization,
    requestId: String(requestId),
    method: String(headers['x-rollcall-scim-method']),
    path: String(headers['x-rollcall-scim-path']),
  };
  return JSON.stringify(await graph.run({ name, field: fieldOf(query), text: query }, given, received));
}

describe('HttpGraphClient', () => {
  it('sends the document with its variables, and the call as headers', async () => {
    const graph = new MemoryGraph();
    const url = await serve(async (request, response) => {
      expect(request.headers['content-type']).toBe('application/json');
      response.end(await runOn(graph, request));
    });
    const answer = await new HttpGraphClient(url).run(readUserDocument, variables, call);
    expect(answer).toEqual({ data: { directoryUser: null } });
    expect(graph.asked).toEqual([{ name: 'ReadUser', variables, call }]);
  });

  it('sends no Authorization header where there was none', async () => {
    const graph = new MemoryGraph();
    const url = await serve(async (request, response) => {
      response.writeHead(400).end(await runOn(graph, request));
    });
    const answer = await new HttpGraphClient(url).run(readUserDocument, variables, {
      ...call,
      authorization: undefined,
    });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(graph.asked[0]?.call.authorization).toBeUndefined();
  });

  it.each([
    ['HTML', '<html>Bad Gateway</html>'],
    ['nothing', ''],
    ['JSON that is no GraphQL', '{"status":"down"}'],
    ['null', 'null'],
    ['no data', '{"data":null}'],
    ['data that are a list', '{"data":[]}'],
    ['data that are a text', '{"data":"x"}'],
    ['errors that are none', '{"errors":[]}'],
    ['an error that is null', '{"errors":[null]}'],
    ['an error that is a text', '{"data":{"directoryUser":null},"errors":["x"]}'],
  ])('takes %s for a service that is unavailable', async (_, body) => {
    const url = await serve((_request, response) => response.writeHead(502).end(body));
    const answer = await new HttpGraphClient(url).run(readUserDocument, variables, call);
    expect(answer.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  });

  it('takes an answer without end for a service that is unavailable', { timeout: 20_000 }, async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    let isCutOff = false;
    const url = await serve((_request, response) => {
      const write = () => {
        while (response.write(piece));
      };
      response.on('drain', write).on('close', () => {
        isCutOff = true;
      });
      write();
    });
    const answer = await new HttpGraphClient(url).run(readUserDocument, variables, call);
    expect(answer.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    await expect.poll(() => isCutOff).toBe(true);
  });

  it.each(['{"data":{}}', '{"data":[]}', '{"data":"x"}', '{"data":null}', '{"errors":[]}', '{"errors":[null]}', '{}'])(
    'has the facade answer 503 to everything where %s is answered to everything, as nobody was let in',
    async (body) => {
      const url = await serve((_request, response) => response.end(body));
      const { send, mistakes } = await startFacade({ graph: new HttpGraphClient(url) });
      const user = { userName: 'ada' };
      const change = { Operations: [{ op: 'add', path: 'members', value: [{ value: 'x' }] }] };
      const answers = [
        await send({ path: '/ServiceProviderConfig' }),
        await send({ path: '/ResourceTypes' }),
        await send({ path: '/Users' }),
        await send({ path: '/Users/x' }),
        await send({ path: '/nothing' }),
        await send({ path: '/Users', method: 'POST', body: user }),
        await send({ path: '/Groups/x', method: 'PATCH', body: change }),
        await send({ path: '/Users/x', method: 'DELETE' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(503));
      expect(answers.map(({ headers }) => headers['retry-after'])).toEqual(Array(8).fill('5'));
      expect(mistakes).toEqual([]);
    },
  );

  it('takes a closed port and a redirect for a service that is unavailable', async () => {
    const url = await serve((_request, response) => response.writeHead(307, { Location: '/elsewhere' }).end());
    for (const address of ['http://127.0.0.1:9/graphql', url]) {
      const answer = await new HttpGraphClient(address).run(readUserDocument, variables, call);
      expect(answer.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    }
  });

  it('gives the facade the same answers as a client in the process', async () => {
    const local = await startFacade();
    const url = await serve(async (request, response) => {
      response.end(await runOn(local.graph, request));
    });
    const remote = await startFacade({ graph: new HttpGraphClient(url) });
    const { id } = local.graph.addUser({ userName: 'ada', active: true });
    local.graph.addGroup({ displayName: 'Marketing' }, [{ value: id, display: 'Ada' }]);
    const paths = ['/Users', `/Users/${id}`, '/Users/none', '/Groups', '/Users?filter=x+pr', '/Schemas', '/nothing'];
    for (const path of paths) {
      for (const isAnonymous of [false, true]) {
        const [one, other] = [await local.send({ path, isAnonymous }), await remote.send({ path, isAnonymous })];
        expect([other.status, other.body]).toEqual([one.status, one.body]);
      }
    }
  });
});
