import { defaultPermissions, owners } from '../access.ts';
import { helperPermissions } from '../catalogue.ts';
import { documentOf, keyOf } from '../documents.ts';
import { provedDomainsOf } from '../domains.ts';
import { type Feature, Generator } from '../generator.ts';
import { copyOf, isPossible, play } from '../model.ts';
import { findRecord } from '../people.ts';
import { Random } from '../random.ts';
import { isDirectoryAct, type Step } from '../steps.ts';
import { emptyWorld, type World } from '../world.ts';
import { sendAsAdmin } from './admin-requests.ts';
import { differencesOf, orderAsMade } from './compare.ts';
import { accessDifferencesOf } from './compare-access.ts';
import { answerDifferencesOf } from './compare-answers.ts';
import { gained, previewDifferencesOf } from './compare-previews.ts';
import { sendAsDirectory } from './directory-requests.ts';
import type { Lane } from './lane.ts';
import { Names } from './names.ts';
import type { Place } from './place.ts';
import { trespass } from './trespass.ts';

export interface EpisodePlan {
  seed: number;
  /** Which part of the seed's history it is. */
  episode: number;
  /** How many steps are generated. */
  length: number;
  features: ReadonlySet<Feature>;
  /** How many steps go by between two looks at the rows, and at who may do what. */
  rowsEvery: number;
  accessEvery: number;
}

export interface Failure {
  /** The id of the step after which they disagreed. */
  step: number;
  differences: string[];
  history: Step[];
}

const ORGANIZATIONS = 2;

/** One history of two organizations, played against the service and the model at once. */
export class Episode {
  readonly #lane: Lane;
  readonly #plan: EpisodePlan;
  readonly #history: Step[] = [];
  readonly #worlds: World[] = [];
  readonly #places: Place[] = [];
  readonly #questions: Random;
  #taken = 0;

  private constructor(lane: Lane, plan: EpisodePlan) {
    this.#lane = lane;
    this.#plan = plan;
    this.#questions = this.#random(3);
  }

  /** Plays the steps of the plan's seed, or those of `history`; answers the first disagreement. */
  static async play(lane: Lane, plan: EpisodePlan, history?: readonly Step[]): Promise<Failure | undefined> {
    const episode = new Episode(lane, plan);
    try {
      await episode.#open();
      if (history) for (const step of history) await episode.#take(step);
      else await episode.#generate();
      await episode.#checkAll();
      return undefined;
    } catch (error) {
      const differences =
        error instanceof Disagreement
          ? error.differences
          : [error instanceof Error ? (error.stack ?? error.message) : String(error), ...lane.failures.splice(0)];
      return { step: episode.#history.at(-1)?.id ?? 0, differences, history: episode.#history };
    }
  }

  async #generate(): Promise<void> {
    const generator = new Generator(this.#random(1), this.#plan.features);
    for (let id = 1; id <= this.#plan.length; id += 1) await this.#take(generator.next(this.#worlds, id));
  }

  async #open(): Promise<void> {
    const random = this.#random(2);
    await this.#lane.forgetDomains();
    for (let number = 0; number < ORGANIZATIONS; number += 1) {
      const world = emptyWorld(this.#lane.clock.now);
      const place = await this.#lane.place();
      this.#worlds.push(world);
      this.#places.push(place);
      for (const name of ['D1', 'D2']) {
        const isObserving = this.#plan.features.has('directoryStates') && name === 'D2' && random.chance(0.3);
        await this.#lane.connect(place, name, isObserving);
        world.directories.set(name, { status: isObserving ? 'observing' : 'active', precedence: 1 });
      }
    }
  }

  async #take(step: Step): Promise<void> {
    const world = this.#world(step.organization);
    if (!isPossible(world, step)) return;
    this.#history.push(step);
    this.#tellWhatIsTaken();
    if (step.kind === 'passTime' || step.kind === 'maintain') {
      await this.#takeTime(step);
    } else if (step.kind === 'trespass') {
      await this.#trespass(step);
    } else if (step.kind === 'together') {
      await this.#takeTogether(step.organization, step.steps);
    } else if (step.delivery === 'lost') {
      await this.#takeLost(step);
    } else {
      await this.#takeOne(step);
      if (step.delivery === 'twice') await this.#takeOne(step);
    }
    this.#taken += 1;
    if (this.#lane.failures.length > 0) throw new Disagreement(this.#lane.failures.splice(0));
    if (this.#taken % this.#plan.rowsEvery === 0) await this.#checkRows(step.organization);
    if (this.#taken % this.#plan.accessEvery === 0) await this.#checkAccess(step.organization);
  }

  async #takeTime(step: Step): Promise<void> {
    for (const world of this.#worlds) {
      this.#tellWhatIsTaken();
      play(world, step);
    }
    if (step.kind === 'passTime') this.#lane.clock.now += step.milliseconds;
    else await this.#maintain();
  }

  /** It sees to every organization, whichever the step names. */
  async #maintain(): Promise<void> {
    await this.#lane.maintain();
    for (const organization of this.#worlds.keys()) await this.#checkRows(organization);
  }

  async #takeOne(step: Step): Promise<void> {
    const world = this.#world(step.organization);
    if (step.by === 'helper') return this.#takeOfHelper(step);
    const previewed = await previewDifferencesOf(world, this.#place(step.organization), step, this.#linkId(step));
    if (previewed.length > 0) throw new Disagreement(previewed);
    const answer = await this.#send(step);
    const expected = play(world, step);
    if (answer !== expected) throw new Disagreement([`answer: expected ${expected}, got ${answer}`]);
  }

  /** Who does not hold everything may be refused; who is not gives nobody more than they hold, and ends no owner. */
  async #takeOfHelper(step: Step): Promise<void> {
    const answer = await this.#send(step);
    if (answer === 'FORBIDDEN' || answer === 'PERMISSIONS_EXCEED_OWN') return;
    const before = copyOf(this.#world(step.organization));
    const after = this.#world(step.organization);
    const expected = play(after, step);
    if (answer !== expected) throw new Disagreement([`answer: expected ${expected}, got ${answer}`]);
    // Activation lets in what the identity provider did meanwhile.
    const gains = step.kind === 'activateDirectory' ? [] : gained(before, after);
    // What every user holds by default was given by whoever chose it, not by who makes a user.
    const given = gains.filter(
      ([, permission]) => !helperPermissions.includes(permission) && !defaultPermissions(after).includes(permission),
    );
    const ended = owners(before).filter((owner) => !owners(after).includes(owner));
    const differences = [
      ...given.map(([user, permission]) => `a helper gave ${permission} to ${user}`),
      ...ended.map((owner) => `a helper ended the owner ${owner}`),
    ];
    if (differences.length > 0) throw new Disagreement(differences);
  }

  /** The client does not know what became of its request, finds out as Entra does, and says again what it wants. */
  async #takeLost(step: Step): Promise<void> {
    const world = this.#world(step.organization);
    await this.#send(step, true);
    play(world, step);
    if (step.kind === 'postGroup') return;
    if (step.kind !== 'postUser') return this.#takeOne(step);
    const { directory, facts, id, organization } = step;
    const record = findRecord(world, directory, keyOf(documentOf(facts)));
    if (record !== undefined) {
      await this.#takeOne({ id, organization, kind: 'patchUser', record, facts, dialect: 'default' });
    }
  }

  /** Both orders are right; which it was, the answers and the rows tell. */
  async #takeTogether(organization: number, [one, other]: [Step, Step]): Promise<void> {
    const [answer, otherAnswer] = await Promise.all([this.#send(one), this.#send(other)]);
    const place = this.#place(organization);
    const snapshot = await this.#lane.snapshot(place);
    const raised = await this.#lane.alarms(place);
    const names = place.names;
    const outcomes: string[] = [];
    for (const isReversed of [false, true]) {
      const tried = copyOf(this.#world(organization));
      const [first, second] = isReversed ? [other, one] : [one, other];
      const expected = new Map<Step, string>();
      for (const step of [first, second]) {
        expected.set(step, play(tried, step));
      }
      place.names = new Names(names);
      const differences = [
        ...(expected.get(one) === answer ? [] : [`first answer: expected ${expected.get(one)}, got ${answer}`]),
        ...(expected.get(other) === otherAnswer
          ? []
          : [`second answer: expected ${expected.get(other)}, got ${otherAnswer}`]),
        ...differencesOf(tried, place, snapshot),
        ...(tried.alarms === raised ? [] : [`ownersUnreachable: expected ${tried.alarms}, raised ${raised}`]),
      ];
      if (differences.length === 0) {
        orderAsMade(tried, place.names, snapshot);
        this.#worlds[organization] = tried;
        return;
      }
      outcomes.push(isReversed ? 'as if the other was first:' : 'as if the first was first:', ...differences);
    }
    throw new Disagreement(outcomes);
  }

  async #send(step: Step, isAnswerLost = false): Promise<string> {
    const place = this.#place(step.organization);
    // Users and groups that a directory made are named by the rows.
    if (namesIn(step).some((name) => !place.names.hasId(name))) await this.#checkRows(step.organization);
    if (step.kind === 'createDirectory') {
      await this.#lane.connect(place, `E${step.id}`, step.isObserving);
      return 'ok';
    }
    if (step.kind === 'setProof') return this.#lane.setProof(place, place.names.id(step.emailDomain), step.isThere);
    if (isDirectoryAct(step)) {
      return sendAsDirectory(place, step.id, step, isAnswerLost);
    }
    return sendAsAdmin(place, step, { linkId: this.#linkId(step) });
  }

  /** Each world knows of the others what they have proved, and nothing else. */
  #tellWhatIsTaken(): void {
    for (const world of this.#worlds) {
      const others = this.#worlds.filter((other) => other !== world);
      world.takenElsewhere = new Set(others.flatMap((other) => [...provedDomainsOf(other)]));
    }
  }

  #linkId(step: Step): (record: string) => Promise<string> {
    const { names } = this.#place(step.organization);
    return (record) => this.#lane.linkIdOf(names.id(record));
  }

  async #trespass(step: Step): Promise<void> {
    const other = 1 - step.organization;
    const { directories } = this.#world(step.organization);
    const [open] = [...directories].find(([, { status }]) => status !== 'retired') ?? ['D1'];
    const wrong = await trespass(this.#place(step.organization), this.#place(other), open, step.id);
    if (wrong.length > 0) throw new Disagreement(wrong);
    await this.#checkRows(other);
  }

  async #checkRows(organization: number): Promise<void> {
    const place = this.#place(organization);
    const differences = differencesOf(this.#world(organization), place, await this.#lane.snapshot(place));
    if (differences.length > 0) throw new Disagreement(differences);
  }

  async #checkAccess(organization: number): Promise<void> {
    await this.#checkRows(organization);
    if (this.#plan.accessEvery === Number.POSITIVE_INFINITY) return;
    const [world, place] = [this.#world(organization), this.#place(organization)];
    const differences = [
      ...(await accessDifferencesOf(world, place)),
      ...(await answerDifferencesOf(world, place, this.#questions)),
    ];
    if (differences.length > 0) throw new Disagreement(differences);
  }

  async #checkAll(): Promise<void> {
    for (let organization = 0; organization < ORGANIZATIONS; organization += 1) {
      await this.#checkAccess(organization);
      const { alarms } = this.#world(organization);
      const raised = await this.#lane.alarms(this.#place(organization));
      if (raised !== alarms) throw new Disagreement([`ownersUnreachable: expected ${alarms}, raised ${raised}`]);
    }
  }

  /** Numbers of this episode, for one purpose of several. */
  #random(purpose: number): Random {
    return new Random(this.#plan.seed * 1_000_003 + this.#plan.episode * 101 + purpose);
  }

  #world(organization: number): World {
    return this.#worlds[organization] as World;
  }

  #place(organization: number): Place {
    return this.#places[organization] as Place;
  }
}

/** The users and groups that a step speaks of. */
function namesIn(step: Step): string[] {
  if (isDirectoryAct(step)) return [];
  const names = [];
  if ('user' in step && step.user !== null) names.push(step.user);
  if ('users' in step) names.push(...step.users);
  if ('group' in step && step.group !== null) names.push(step.group);
  return names;
}

class Disagreement extends Error {
  readonly differences: string[];

  constructor(differences: string[]) {
    super(differences.join('\n'));
    this.differences = differences;
  }
}
