import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { prepared, statement } from '../../database/statement.ts';
import { type Actor, requirePermission, requireReader } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { answering, type ConstraintAnswers } from '../constraint-answers.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { insertBuiltInSets } from '../permissions/built-in-sets.ts';
import { readName } from '../text-input.ts';
import { requireVersion } from '../version.ts';
import { type GroupMatching, groupMatchings, type OrganizationStatus } from './organization.entity.ts';
import { type Plan, plans } from './plan.ts';
import { slugProblem } from './slug.ts';

export interface OrganizationRow {
  id: string;
  name: string;
  slug: string;
  plan: Plan;
  status: OrganizationStatus;
  scimWithoutSso: boolean;
  groupMatching: GroupMatching;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export interface CreateOrganization {
  name: string;
  slug: string;
  plan?: Plan | undefined;
  scimWithoutSso?: boolean | undefined;
  groupMatching?: GroupMatching | undefined;
}

export interface UpdateOrganization {
  name?: string | null | undefined;
  groupMatching?: GroupMatching | null | undefined;
  /** The operator's alone, like `scimWithoutSso`. */
  plan?: Plan | null | undefined;
  scimWithoutSso?: boolean | null | undefined;
  ifVersion?: number | null | undefined;
}

const COLUMNS = `organization_id as id, name, slug, plan, status, scim_without_sso as "scimWithoutSso",
  group_matching as "groupMatching", version, created_at as "createdAt", updated_at as "updatedAt"`;

const selectOrganization = prepared<OrganizationRow>(
  'organization_get',
  `select ${COLUMNS} from organizations where organization_id = $1`,
);
const lockOrganization = statement<OrganizationRow>(`${selectOrganization.text} for no key update`);
const insertSlug = statement<never>(
  `insert into organization_slugs (slug, organization_id, kind, created_at) values ($2, $1, 'current', $3)`,
);
const insertOrganization = statement<OrganizationRow>(
  `insert into organizations (organization_id, name, slug, plan, status, scim_without_sso, group_matching, version, created_at, updated_at)
   values ($1, $2, $3, $4, 'active', $5, $6, 1, $7, $7) returning ${COLUMNS}`,
);
const updateOrganization = statement<OrganizationRow>(
  `update organizations set name = $2, group_matching = $3, plan = $4, scim_without_sso = $5,
          version = version + 1, updated_at = $6
    where organization_id = $1 returning ${COLUMNS}`,
);
// The slugs are global, so `$1` is no organization here. A released slug leads nowhere.
const lookUpSlug = prepared<{ organizationId: string }>(
  'organization_slug_look_up',
  `select organization_id as "organizationId" from organization_slugs where slug = $1 and kind <> 'released'`,
);
const listSlugs = statement<{ id: string; slug: string }>(
  `select organization_id as id, slug from organization_slugs where kind = 'current' order by organization_id`,
);

/** The organizations themselves: what the operator makes and what their admins may set. */
export class Organizations {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /**
   * Makes an organization with its slug and the three built-in permission sets. For the operator: it takes no actor, and no
   * edge that customers reach may call it. Throws `slugTaken`, `invalidValue`.
   */
  async create(input: CreateOrganization): Promise<OrganizationRow> {
    const { plan = 'free', scimWithoutSso = false, groupMatching = 'automatically' } = input;
    const name = readName(input.name, 'name');
    const problem = slugProblem(input.slug);
    if (problem) throw new DomainError('invalidValue', `The slug ${problem}.`, { path: 'slug' });
    requireOneOf(plans, plan, 'plan');
    requireOneOf(groupMatchings, groupMatching, 'groupMatching');
    const id = uuid();
    const at = this.#clock();
    const work = this.#database.transaction(id, async (transaction) => {
      await transaction.rows(insertSlug, input.slug, at);
      const values = [name, input.slug, plan, scimWithoutSso, groupMatching, at];
      const [organization] = await transaction.rows(insertOrganization, ...values);
      await insertBuiltInSets(transaction, at);
      const operator: Actor = { kind: 'operator', organizationId: id };
      await recordEvent(transaction, operator, {
        type: 'organizationCreated',
        subjectId: id,
        data: { name, slug: input.slug, plan },
        at,
      });
      return organization;
    });
    const organization = await answering(slugAnswers(input.slug), work);
    if (!organization) throw new Error('The new organization was not returned.');
    return organization;
  }

  /** The actor's own organization. */
  async get(actor: Actor): Promise<OrganizationRow> {
    requireReader(actor);
    const [organization] = await this.#database.run(actor.organizationId, selectOrganization);
    if (!organization) throw notFound('organization', actor.organizationId);
    return organization;
  }

  /** Changes what is given. Throws `forbidden` when anyone but the operator touches the plan, `versionConflict`. */
  async update(actor: Actor, input: UpdateOrganization): Promise<OrganizationRow> {
    requirePermission(actor, 'rollcall:organization');
    const isOperators = input.plan !== undefined || input.scimWithoutSso !== undefined;
    if (isOperators && actor.kind !== 'operator' && actor.kind !== 'system') {
      throw new DomainError('forbidden', 'Only the operator of the service sets the plan and the SSO rule.');
    }
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await lock(transaction);
      requireVersion(before, input.ifVersion);
      const changes = readChanges(before, input);
      if (Object.keys(changes).length === 0) return before;
      const next = { ...before, ...changes };
      const at = this.#clock();
      const values = [next.name, next.groupMatching, next.plan, next.scimWithoutSso, at];
      const [after] = await transaction.rows(updateOrganization, ...values);
      await recordEvent(transaction, actor, { type: 'organizationUpdated', subjectId: before.id, data: changes, at });
      return after ?? before;
    });
  }

  /** The organization that signs in by this slug, a current one or an alias; undefined when there is none. */
  async findBySlug(slug: string): Promise<{ id: string; name: string; slug: string } | undefined> {
    if (slugProblem(slug)) return undefined;
    const [found] = await this.#database.lookUp(lookUpSlug, slug);
    if (!found) return undefined;
    const [organization] = await this.#database.run(found.organizationId, selectOrganization);
    return organization && { id: organization.id, name: organization.name, slug: organization.slug };
  }

  /** Every organization with its slug, for the operator, who then goes through them one by one. */
  async list(): Promise<{ id: string; slug: string }[]> {
    return this.#database.lookUp(listSlugs);
  }
}

async function lock(transaction: OrganizationTransaction): Promise<OrganizationRow> {
  const [organization] = await transaction.rows(lockOrganization);
  if (!organization) throw notFound('organization', transaction.organizationId);
  return organization;
}

type Changes = Partial<Pick<OrganizationRow, 'name' | 'groupMatching' | 'plan' | 'scimWithoutSso'>>;

/** The fields that were given and differ. None of them can be cleared. */
function readChanges(before: OrganizationRow, input: UpdateOrganization): Changes {
  const changes: Changes = {};
  if (input.name !== undefined && input.name !== before.name) changes.name = readName(input.name, 'name');
  if (input.groupMatching !== undefined && input.groupMatching !== before.groupMatching) {
    changes.groupMatching = requireOneOf(groupMatchings, input.groupMatching, 'groupMatching');
  }
  if (input.plan !== undefined && input.plan !== before.plan) changes.plan = requireOneOf(plans, input.plan, 'plan');
  if (input.scimWithoutSso !== undefined && input.scimWithoutSso !== before.scimWithoutSso) {
    changes.scimWithoutSso = requireOneOf([true, false], input.scimWithoutSso, 'scimWithoutSso');
  }
  return changes;
}

function requireOneOf<Value>(known: readonly Value[], value: unknown, path: string): Value {
  const found = known.find((each) => each === value);
  if (found === undefined) {
    throw new DomainError('invalidValue', `${path} must be one of ${known.join(', ')}.`, { path });
  }
  return found;
}

function slugAnswers(slug: string): ConstraintAnswers {
  return {
    organization_slugs_pkey: () => new DomainError('slugTaken', `The slug ${slug} is taken.`, { path: 'slug', slug }),
  };
}
