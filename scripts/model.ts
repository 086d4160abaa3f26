import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate } from '../src/database/migrate.ts';
import { cloneDatabase, startTestCluster } from '../test/harness/cluster.ts';
import { allFeatures, type Feature } from '../test/model/generator.ts';
import { Episode, type EpisodePlan } from '../test/model/service/episode.ts';
import { Lane, type ServiceModules } from '../test/model/service/lane.ts';
import { type FailedEpisode, playSeed } from '../test/model/service/play-seed.ts';
import { reportOf } from '../test/model/service/report.ts';
import { shrink } from '../test/model/service/shrink.ts';
import type { Step } from '../test/model/steps.ts';

/**
 * `npm run model`: random histories against the built service, longer than the tests play them. A failure is shrunk and
 * printed with the command that shows it again; the exit code is 1.
 */
const usage = `npm run model -- [--seed 1] [--seeds 1] [--steps 10000] [--episode N] [--lanes 2]
  --seed, --seeds    the first seed, and how many
  --steps            of each seed
  --episode          only this episode of the seed, as a failure names it
  --lanes            how many services play at once, each on a database of its own
  --rows-every, --access-every
                     steps between two looks at all rows (1), and at who may do what (10)
  --without          kinds of steps to leave out: ${allFeatures.join(', ')}
  --history FILE     these steps instead, as a failure wrote them down
  --keep-going       go on with the next seed after a failure
  --no-shrink        print failures as they are`;

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    steps: { type: 'string', default: '10000' },
    episode: { type: 'string' },
    lanes: { type: 'string', default: '2' },
    'rows-every': { type: 'string', default: '1' },
    'access-every': { type: 'string', default: '10' },
    history: { type: 'string' },
    without: { type: 'string', default: '' },
    'keep-going': { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) {
  console.log(usage);
  process.exit(0);
}

// Plain node cannot read the decorators of src/graph, so what was built is played.
const built = async (module: string) => import(new URL(`../dist/${module}.js`, import.meta.url).href);
const modules = Object.assign(
  {},
  ...(await Promise.all(
    ['app', 'config', 'database/database', 'domain/domain', 'domain/permissions/catalogue', 'sso/protocols'].map(built),
  )),
) as ServiceModules;

const without = new Set(options.without.split(','));
const features = new Set<Feature>(allFeatures.filter((feature) => !without.has(feature)));
const seeds = Array.from({ length: Number(options.seeds) }, (_, number) => Number(options.seed) + number);
const steps = Number(options.steps);
const laneCount = Math.min(Number(options.lanes), seeds.length);

const cluster = await startTestCluster();
const failures: FailedEpisode[] = [];
let played = 0;
const started = Date.now();
const progress = setInterval(() => tell(`${played} of ${steps * seeds.length} steps, ${rate()} a second`), 5_000);
try {
  const template = await cloneDatabase(cluster.connection, 'template0', 'model_template');
  await migrate(template);
  const lanes = [];
  for (let number = 0; number < laneCount; number += 1) {
    lanes.push(await Lane.open(modules, await cloneDatabase(cluster.connection, 'model_template', `model_${number}`)));
  }
  await Promise.all(lanes.map(playLane));
  for (const lane of lanes) await lane.close();
} finally {
  clearInterval(progress);
  await cluster.stop();
}
tell(
  `${played} steps in ${Math.round((Date.now() - started) / 1000)} s, ${rate()} a second, ${failures.length} failed`,
);
process.exitCode = failures.length > 0 ? 1 : 0;

/** Steps under way together may go another way next time, so a failure keeps its history too. */
async function tellOf(failed: FailedEpisode): Promise<void> {
  const { plan, failure } = failed;
  const file = join(tmpdir(), `model-seed-${plan.seed}-episode-${plan.episode}.json`);
  await writeFile(file, JSON.stringify({ plan: { ...plan, features: [] }, history: failure.history }));
  console.log(reportOf(failed));
  console.log(`or, exactly these steps: npm run model -- --history ${file}`);
}

async function playHistory(lane: Lane, file: string): Promise<void> {
  const { plan, history } = JSON.parse(await readFile(file, 'utf8')) as { plan: EpisodePlan; history: Step[] };
  const again = { ...plan, features, rowsEvery: 1 };
  const failure = await Episode.play(lane, again, history);
  played = history.length;
  if (!failure) return;
  failures.push({ plan: again, failure });
  const failed = { plan: again, failure };
  await tellOf(options['no-shrink'] ? failed : await shrink(lane, failed));
}

async function playLane(lane: Lane): Promise<void> {
  if (options.history !== undefined) return playHistory(lane, options.history);
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
    const failed = await playSeed(
      lane,
      {
        seed,
        steps,
        features,
        rowsEvery: Number(options['rows-every']),
        accessEvery: Number(options['access-every']),
        ...(options.episode === undefined ? {} : { episode: Number(options.episode) }),
      },
      (count) => {
        played += count;
      },
    );
    if (!failed) continue;
    failures.push(failed);
    if (!options['keep-going']) seeds.length = 0;
    await tellOf(options['no-shrink'] ? failed : await shrink(lane, failed));
    await lane.clear();
  }
}

function rate(): number {
  return Math.round((played * 1000) / (Date.now() - started));
}

function tell(line: string): void {
  console.error(line);
}
