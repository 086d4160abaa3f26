import { coalesce } from '../../database/coalesce.ts';
import { type Database, isConnectionFailure } from '../../database/database.ts';
import { type Actor, requireReader } from '../actors/actor.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { isId, requireId } from '../id.ts';
import {
  type AccessPath,
  checkPermissions,
  explainPermission,
  type InactiveReason,
  selectEffective,
} from './access.store.ts';
import type { PermissionCatalogue } from './catalogue.ts';
import { resolveHeld } from './granted-permissions.ts';

export interface AccessQuestion {
  userId: string;
  permission: string;
}

/** Why somebody may do something: every path on which the permission reaches them, also while they are inactive. */
export interface Explanation {
  isAllowed: boolean;
  /** Why the paths lead nowhere now; null for an active user. */
  inactiveReason: InactiveReason | null;
  paths: AccessPath[];
}

/** What users may do, over both layers: by grants to them, to their groups, and to groups linked to their directory. */
export class Access {
  readonly #database: Database;
  readonly #catalogue: PermissionCatalogue;
  readonly #check: (organizationId: string, question: AccessQuestion) => Promise<boolean | undefined>;

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
   * catalogue. Throws `notFound` for an unknown user.
   */
  async check(actor: Actor, question: AccessQuestion): Promise<boolean> {
    requireReader(actor);
    requireId('user', question.userId);
    const isAllowed = await this.#check(actor.organizationId, question);
    if (isAllowed === undefined) throw notFound('user', question.userId);
    return isAllowed;
  }

  /** Many checks at once, answered in their order. Throws `notFound` when one names an unknown user, `tooMany`. */
  async checkMany(actor: Actor, questions: readonly AccessQuestion[]): Promise<boolean[]> {
    requireReader(actor);
    if (questions.length > CHECKS_MAX) {
      throw new DomainError('tooMany', `At most ${CHECKS_MAX} permissions are checked at once.`, { max: CHECKS_MAX });
    }
    for (const { userId } of questions) requireId('user', userId);
    const answers = await this.#answer(actor.organizationId, questions);
    return answers.map((isAllowed, index) => {
      if (isAllowed === undefined) throw notFound('user', questions[index]?.userId ?? '');
      return isAllowed;
    });
  }

  /** All that the user may do, in alphabetical order; nothing while the user is inactive. Throws `notFound`. */
  async effectivePermissions(actor: Actor, userId: string): Promise<string[]> {
    const [permissions] = await this.effectivePermissionsOfMany(actor, [userId]);
    if (!permissions) throw notFound('user', userId);
    return permissions;
  }

  /** The same for many users, in their order; undefined for an unknown one. For loaders. */
  async effectivePermissionsOfMany(actor: Actor, userIds: readonly string[]): Promise<(string[] | undefined)[]> {
    requireReader(actor);
    const rows = await this.#database.run(actor.organizationId, selectEffective, userIds.filter(isId));
    const byUser = Map.groupBy(rows, (row) => row.userId);
    return userIds.map((id) => {
      const held = byUser.get(id);
      return held && [...resolveHeld(this.#catalogue, held)].sort();
    });
  }

  /**
   * The paths on which a permission reaches a user: direct, by a manual membership, or by a linked directory group; each
   * with its grant and permission set. Throws `notFound` for an unknown user, `unknownPermission`.
   */
  async explain(actor: Actor, { userId, permission }: AccessQuestion): Promise<Explanation> {
    requireReader(actor);
    requireId('user', userId);
    if (!this.#catalogue.has(permission)) {
      throw new DomainError('unknownPermission', `There is no permission ${permission} in the catalogue.`, {
        path: 'permission',
        permissions: [permission],
      });
    }
    const sets = this.#catalogue.setsHolding(permission);
    const rows = await this.#database.run(actor.organizationId, explainPermission, userId, permission, sets);
    const [first] = rows;
    if (!first) throw notFound('user', userId);
    const paths = rows.flatMap(({ inactiveReason, ...path }) => (path.grantId === null ? [] : [path as AccessPath]));
    return {
      isAllowed: first.inactiveReason === null && paths.length > 0,
      inactiveReason: first.inactiveReason,
      paths,
    };
  }

  /** One statement for all questions; undefined for an unknown user. */
  async #answer(organizationId: string, questions: readonly AccessQuestion[]): Promise<(boolean | undefined)[]> {
    const userIds = questions.map((question) => question.userId);
    // A permission that is not in the catalogue counts nowhere, also where a row still names it: the empty text is none.
    const permissions = questions.map(({ permission }) => (this.#catalogue.has(permission) ? permission : ''));
    const sets = questions.map(({ permission }) => this.#catalogue.setsHolding(permission).join());
    const rows = await this.#database.run(organizationId, checkPermissions, userIds, permissions, sets);
    const answers = new Map(rows.map((row) => [row.position, row.isAllowed]));
    return questions.map((_, index) => answers.get(index + 1));
  }
}

const CHECKS_MAX = 1000;
