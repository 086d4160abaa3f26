import { DriftCheck } from './drift-check.ts';
import { OktaApp, type OktaOptions } from './okta/okta-app.ts';
import { oktaExpectation } from './okta/okta-drift.ts';
import { oktaHabits } from './okta/okta-wire.ts';
import type { OnProgress } from './progress.ts';
import { Random } from './random.ts';
import { defaultShare, type RoundOptions, rounds } from './rounds.ts';
import { ScimConnection } from './scim-connection.ts';
import { runJob } from './simulated-job.ts';
import { type CycleReport, type SimulationSummary, SimulationTally } from './simulation-summary.ts';
import { happen, tenantActions } from './tenant-actions.ts';
import { isSoftDeleted } from './tenant-objects.ts';

export const oktaActions = [...tenantActions, 'rehire', 'push-groups', 'change-passwords'] as const;

/** What happens between two pushes: something in the company, or something an admin of Okta does. */
export type OktaAction = (typeof oktaActions)[number];

export interface OktaSimulation extends OktaOptions, RoundOptions<OktaAction> {
  signal?: AbortSignal;
  /** Whether everything is read back in the end and compared with the tenant; true unless said otherwise. */
  checksDrift?: boolean;
  onCycle?: (report: CycleReport) => void;
}

/** From one push to the next on the tenant's clock. */
const minutesPerPush = 60;

/**
 * Provisions the tenant as Okta would: test of the credentials, import, assignments, group push, then a push after each action.
 * Never rejects for what the service answers: refusals are counted in the summary.
 */
export function simulateOkta(options: OktaSimulation, onProgress?: OnProgress): Promise<SimulationSummary> {
  const app = new OktaApp(options, onProgress);
  const check = (): DriftCheck =>
    new DriftCheck(readingConnection(app, options), oktaExpectation(app), onProgress ?? (() => undefined));
  return runJob(
    app,
    () => allPushes(app, options),
    options.checksDrift === false ? undefined : () => check().everything(),
  );
}

function readingConnection({ tenantUrl }: OktaApp, { token }: OktaSimulation): ScimConnection {
  return new ScimConnection({ tenantUrl, token, concurrency: 4, habits: oktaHabits, tally: new SimulationTally() });
}

async function allPushes(app: OktaApp, options: OktaSimulation): Promise<void> {
  const { tenant, onCycle = () => undefined } = options;
  const random = new Random(`${tenant.seed}/actions`);
  const report = (): void => {
    const last = app.cycles.at(-1);
    if (last) onCycle(last);
  };
  await app.begin();
  report();
  for await (const action of rounds<OktaAction>(options, 'everyday')) {
    tenant.advance(minutesPerPush);
    await perform(app, action, options.share ?? defaultShare, random);
    report();
  }
}

async function perform(app: OktaApp, action: OktaAction, share: number, random: Random): Promise<void> {
  const { tenant } = app;
  switch (action) {
    case 'rehire':
      return app.rehire(tenant.people.filter((person) => person.deletedAt !== undefined));
    case 'push-groups':
      return app.pushGroupsInFull();
    case 'change-passwords': {
      const active = tenant.people.filter((person) => !isSoftDeleted(person));
      return app.changePasswords(random.sample(active, Math.ceil(active.length * share)));
    }
    default:
      happen(tenant, action, share, random);
      return app.pushChanges(action);
  }
}
