import type { OnProgress } from '../progress.ts';
import { listedPage, withId } from '../scim-answer.ts';
import type { ScimAnswer } from '../scim-connection.ts';
import { isJsonObject } from '../scim-wire.ts';
import { incompatible, JobStoppedError, SimulationFailure, withoutFullStop } from '../simulation-failure.ts';
import type { OktaContext } from './okta-context.ts';

const pageSize = 100;

/** "Test API Credentials": the first two users. Throws JobStoppedError where that does not work. */
export async function testCredentials({ connection, tally }: OktaContext): Promise<void> {
  await orStop(async () => {
    requireCounts(await connection.request({ method: 'GET', path: '/Users', query: paging(1, 2) }));
    tally.count('probe');
  });
}

/** Reads every user and group, page by page, as "Import Now" does. Throws JobStoppedError where the pages do not add up. */
export async function importEverything(context: OktaContext, onProgress: OnProgress): Promise<void> {
  await orStop(async () => {
    context.tally.count('user.import', await importAll(context, '/Users', onProgress));
    context.tally.count('group.import', await importAll(context, '/Groups', onProgress));
  });
}

async function importAll({ connection }: OktaContext, path: string, onProgress: OnProgress): Promise<number> {
  const seen = new Set<string>();
  for (let startIndex = 1, total = 1; startIndex <= total; ) {
    const answer = await connection.request({ method: 'GET', path, query: paging(startIndex, pageSize) });
    const { resources, totalResults } = listedPage(answer);
    requireCounts(answer);
    for (const resource of resources) {
      const { id } = withId(resource, answer);
      if (seen.has(id)) throw incompatible(answer.request, answer.status, `The resource ${id} is on two pages.`);
      seen.add(id);
    }
    if (resources.length === 0 && startIndex <= totalResults) {
      throw incompatible(answer.request, answer.status, 'A page is empty before the end of the list.');
    }
    startIndex += resources.length;
    total = totalResults;
    onProgress({ phase: 'import', done: seen.size, total });
  }
  return seen.size;
}

/** Okta reads the counts as whole numbers and trusts itemsPerPage (ory/polis#4054). */
function requireCounts(answer: ScimAnswer): void {
  const { resources, totalResults } = listedPage(answer);
  const { startIndex, itemsPerPage } = isJsonObject(answer.body) ? answer.body : {};
  if (![totalResults, startIndex, itemsPerPage].every(Number.isInteger)) {
    throw incompatible(answer.request, answer.status, 'totalResults, startIndex and itemsPerPage must be integers.');
  }
  if (itemsPerPage !== resources.length) {
    throw incompatible(answer.request, answer.status, 'itemsPerPage must be the number of resources on the page.');
  }
}

function paging(startIndex: number, count: number): [string, string][] {
  return [
    ['startIndex', String(startIndex)],
    ['count', String(count)],
  ];
}

async function orStop(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error;
    const { code, message, advice = 'Nothing is pushed.' } = error;
    throw new JobStoppedError(
      'CredentialsOrImport',
      code,
      `Okta could not use the service (${code}): ${withoutFullStop(message)}. ${advice}`,
      error,
    );
  }
}
