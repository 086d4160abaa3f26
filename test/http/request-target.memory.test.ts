import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONNECTION_ID, type PagesStage, startPages } from '../sso/pages-stage.ts';

let stage: PagesStage;
beforeAll(async () => {
  stage = await startPages();
});
afterAll(() => stage.close());

/** What is asked for as it stands here; fetch would tidy it. */
function ask(path: string, method = 'GET'): Promise<{ status: number; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    request(stage.url, { path, method }, (response) => {
      response.resume().once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    })
      .once('error', reject)
      .end();
  });
}

describe('the target of a request', () => {
  it.each([
    ['GET', 'http://a:99999/sign-in'],
    ['GET', 'http://a/sign-in'],
    ['GET', `http://a:99999/connections/${CONNECTION_ID}/oidc/callback`],
    ['POST', 'http://a:99999/sso'],
    ['OPTIONS', '*'],
  ])('is a path with its query: %s %s is refused before anything is done', async (method, target) => {
    const { status, headers } = await ask(target, method);
    expect(status).toBe(400);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });

  it.each(['//a:99999/sign-in', '//[/sign-in', '/sign-in?%', '/sign-in?returnTo=%ff', '/sso/%', '/sso/%ff'])(
    'may look like an address: %s is no mistake of ours',
    async (target) => {
      const { status } = await ask(target);
      expect(status).toBeLessThan(500);
    },
  );

  it.each(['http://[/', 'sign-in', ''])('is refused by Node where it is none: %j', async (target) => {
    expect((await ask(target)).status).toBeLessThan(500);
  });

  it('is what the routes see where it has two slashes', async () => {
    expect((await ask('/sign-in?returnTo=//evil.example')).status).toBe(200);
    expect((await ask('//sign-in')).status).toBe(404);
  });

  it('is never behind a mistake in the log', () => {
    expect(stage.logged).toEqual([]);
  });
});
