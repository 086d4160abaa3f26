import { coalesce } from '../../database/coalesce.ts';
import { type Database, isConnectionFailure } from '../../database/database.ts';
import { type Actor, requireReader, type UserActor } from '../actors/actor.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { isId, requireId } from '../id.ts';
import type { OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import type { UserOrderField } from '../users/user-list.store.ts';
import type { UserRow } from '../users/users.store.ts';
import * as store from './access.store.ts';
import {
  type AccessQuestion,
  type Answer,
  type AskedQuestion,
  answersOfUsers,
  isAskedOften,
  questionsByUser,
  readQuestion,
  requireAnswer,
} from './access-questions.ts';
import { isReserved, type PermissionCatalogue } from './catalogue.ts';
import { type AccessPath, type InactiveReason, pathOf, selectPaths } from './explanation.store.ts';
import { resolveHeld } from './granted-permissions.ts';

/** Why somebody may do something, or may not: every path on which the permission reaches them, also while inactive. */
export interface Explanation {
  /** As `check` answers. */
  isAllowed: boolean;
  /** Why the paths lead nowhere now; null for an active user. */
  inactiveReason: InactiveReason | null;
  paths: AccessPath[];
  /** Paths that end in other spaces than the one asked for, where the permission does hold. */
  otherSpaces: AccessPath[];
}

/** What users may do, over both layers: by grants to them, to their groups, and to groups linked to their directory. */
export class Access {
  readonly #database: Database;
  readonly #catalogue: PermissionCatalogue;
  readonly #check: (organizationId: string, question: AskedQuestion) => Promise<Answer>;

  constructor({ database, catalogue }: { database: Database; catalogue: PermissionCatalogue }) {
    this.#database = database;
    this.#catalogue = catalogue;
    this.#check = coalesce({
      run: (organizationId, questions) => this.#answer(organizationId, questions),
      runsAgainAlone: (error) => !isConnectionFailure(error),
    });
  }

  /**
   * Whether the user may do what the permission names; no for an inactive user and for a permission that is not in the
   * catalogue. Throws `notFound` for an unknown user or space.
   */
  async check(actor: Actor, question: AccessQuestion): Promise<boolean> {
    requireReader(actor);
    const asked = readQuestion(question);
    return requireAnswer(asked, await this.#check(actor.organizationId, asked));
  }

  /** The same of whoever asks, who needs no part in the administration for it. Throws `notFound` for an unknown space. */
  async checkOwn({ organizationId, userId }: UserActor, question: Omit<AccessQuestion, 'userId'>): Promise<boolean> {
    const asked = readQuestion({ ...question, userId });
    return requireAnswer(asked, await this.#check(organizationId, asked));
  }

  /** Up to 1,000 checks in one statement, answered in their order. Throws `tooMany`, `notFound` for the first unknown one. */
  async checkMany(actor: Actor, questions: readonly AccessQuestion[]): Promise<boolean[]> {
    requireReader(actor);
    if (questions.length > CHECKS_MAX) {
      throw new DomainError('tooMany', `At most ${CHECKS_MAX} permissions are checked at once.`, { max: CHECKS_MAX });
    }
    const asked = questions.map(readQuestion);
    const answers = await this.#answer(actor.organizationId, asked);
    return asked.map((question, index) => requireAnswer(question, answers[index]));
  }

  /** All that the user may do, in alphabetical order; nothing while the user is inactive. Throws `notFound`. */
  async effectivePermissions(actor: Actor, userId: string, spaceId: string | null = null): Promise<string[]> {
    const [permissions] = await this.effectivePermissionsOfMany(actor, [userId], spaceId);
    if (!permissions) throw notFound('user', userId);
    return permissions;
  }

  /** The same for many users, in their order; undefined for an unknown one. For loaders. Throws `notFound` for the space. */
  async effectivePermissionsOfMany(
    actor: Actor,
    userIds: readonly string[],
    spaceId: string | null = null,
  ): Promise<(string[] | undefined)[]> {
    requireReader(actor);
    if (spaceId !== null) requireId('space', spaceId);
    const rows = await this.#database.run(actor.organizationId, store.selectEffective, userIds.filter(isId), spaceId);
    if (rows.some((row) => !row.isKnownSpace)) throw notFound('space', spaceId ?? '');
    const byUser = Map.groupBy(rows, (row) => row.userId);
    return userIds.map((id) => {
      const held = byUser.get(id);
      return held && [...this.#resolve(held)].sort();
    });
  }

  /**
   * The active users who may do what the permission names. Throws `unknownPermission`, `notFound` for an unknown space.
   */
  async whoHas(
    actor: Actor,
    { permission, spaceId = null }: Omit<AccessQuestion, 'userId'>,
    page: OrderedPageRequest<UserOrderField>,
  ): Promise<Page<UserRow>> {
    requireReader(actor);
    this.#requirePermission(permission);
    await this.#requireSpace(actor, spaceId);
    const sets = this.#catalogue.setsHolding(permission);
    return store.holderList.read(this.#database, actor.organizationId, page, { values: [permission, sets, spaceId] });
  }

  /**
   * Every path on which a permission reaches a user, step by step, with who and when. Throws `notFound` for an unknown
   * user or space, `unknownPermission`.
   */
  async explain(actor: Actor, { userId, permission, spaceId = null }: AccessQuestion): Promise<Explanation> {
    requireReader(actor);
    requireId('user', userId);
    this.#requirePermission(permission);
    await this.#requireSpace(actor, spaceId);
    const sets = this.#catalogue.setsHolding(permission);
    const rows = await this.#database.run(actor.organizationId, selectPaths, userId, permission, sets);
    const [first] = rows;
    if (!first) throw notFound('user', userId);
    const { inactiveReason } = first;
    const reaching = rows
      .map(pathOf)
      .filter((path) => path !== null)
      .filter((path) => !(isReserved(permission) && path.grant?.space));
    const isHere = ({ grant }: AccessPath) => !grant?.space || grant.space.id === spaceId;
    const paths = reaching.filter(isHere);
    return {
      isAllowed: inactiveReason === null && paths.some((path) => path.isEffective),
      inactiveReason,
      paths,
      otherSpaces: reaching.filter((path) => !isHere(path)),
    };
  }

  /** One statement for all questions, whichever of the two goes over less. */
  async #answer(organizationId: string, questions: readonly AskedQuestion[]): Promise<Answer[]> {
    return isAskedOften(questions)
      ? this.#answerTogether(organizationId, questions)
      : this.#answerEach(organizationId, questions);
  }

  async #answerEach(organizationId: string, questions: readonly AskedQuestion[]): Promise<Answer[]> {
    const userIds = questions.map((question) => question.userId);
    // A permission that is not in the catalogue counts nowhere, also where a row still names it: the empty text is none.
    const permissions = questions.map(({ permission }) => (this.#catalogue.has(permission) ? permission : ''));
    const sets = questions.map(({ permission }) => this.#catalogue.setsHolding(permission).join());
    const spaceIds = questions.map((question) => question.spaceId);
    const rows = await this.#database.run(organizationId, store.checkEach, userIds, permissions, sets, spaceIds);
    const answers = new Map<number, Answer>(rows.map((row) => [row.position, row.isAllowed ?? 'unknownSpace']));
    return questions.map((_, index) => answers.get(index + 1) ?? 'unknownUser');
  }

  async #answerTogether(organizationId: string, questions: readonly AskedQuestion[]): Promise<Answer[]> {
    const { userIds, permissions, spaceIds } = questionsByUser(questions, this.#catalogue);
    const rows = await this.#database.run(organizationId, store.checkTogether, userIds, permissions, spaceIds);
    return answersOfUsers(questions, rows, this.#catalogue);
  }

  #resolve(rows: readonly store.EffectiveRow[]): Set<string> {
    const inSpace = resolveHeld(
      this.#catalogue,
      rows.filter((row) => row.isInSpace),
    );
    const everywhere = rows.filter((row) => !row.isInSpace);
    const product = [...inSpace].filter((permission) => !isReserved(permission));
    return new Set([...resolveHeld(this.#catalogue, everywhere), ...product]);
  }

  #requirePermission(permission: string): void {
    if (this.#catalogue.has(permission)) return;
    throw new DomainError('unknownPermission', `There is no permission ${permission} in the catalogue.`, {
      path: 'permission',
      permissions: [permission],
    });
  }

  async #requireSpace(actor: Actor, spaceId: string | null): Promise<void> {
    if (spaceId === null) return;
    requireId('space', spaceId);
    const [space] = await this.#database.run(actor.organizationId, store.selectSpace, spaceId);
    if (!space) throw notFound('space', spaceId);
  }
}

const CHECKS_MAX = 1000;
