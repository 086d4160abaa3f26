import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, requireFreshSignIn, requireOperator, requirePermission, requireReader } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import type { SignInSetting } from '../events/sign-in-changes.ts';
import { insertBuiltInSets } from '../permissions/built-in-sets.ts';
import type { PermissionSets } from '../permissions/permission-sets.ts';
import { readName, readOptionalText } from '../text-input.ts';
import { requireVersion } from '../version.ts';
import { type GroupMatching, groupMatchings, type OrganizationStatus } from './organization.entity.ts';
import { listCurrentSlugs, lookUpSlug, takeNewSlug } from './organization-slugs.store.ts';
import {
  insertOrganization,
  lockOrganization,
  type OrganizationRow,
  selectOrganization,
  updateOrganization,
} from './organizations.store.ts';
import { type Plan, plans } from './plan.ts';
import { requireSlug, slugProblem } from './slug.ts';

const INACTIVITY_DAYS_MAX = 3650;
const SIGN_IN_CONTACT_LENGTH_MAX = 200;
const SESSION_IDLE_MINUTES = { min: 5, max: 43_200 };
const SESSION_LIFETIME_MINUTES = { min: 15, max: 129_600 };

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
  /** Null for none. */
  defaultPermissionSetId?: string | null | undefined;
  inactivityDays?: number | null | undefined;
  /** Whether the sign-in pages show its name to whoever knows the slug. */
  disclosesName?: boolean | null | undefined;
  /** Whom people without access are told to ask; null for nobody. */
  signInContact?: string | null | undefined;
  /** Whether people may act in it who did not sign in through a connection of its own, while it has one. */
  acceptsOtherMethods?: boolean | null | undefined;
  /** After how long without a request a session ends, from 5 minutes to 30 days. */
  sessionIdleMinutes?: number | null | undefined;
  /** After how long a session ends in any case, from 15 minutes to 90 days. */
  sessionLifetimeMinutes?: number | null | undefined;
  /** The operator's alone, like `scimWithoutSso`. */
  plan?: Plan | null | undefined;
  scimWithoutSso?: boolean | null | undefined;
  ifVersion?: number | null | undefined;
}

export interface FoundBySlug {
  id: string;
  name: string;
  /** The current slug, also where it was found by an alias. */
  slug: string;
}

/** What follows a change of the policy for equal names, in its transaction. */
export type OnPolicyChanged = (transaction: OrganizationTransaction, actor: Actor, at: Date) => Promise<unknown>;

/** The organizations themselves: what the operator makes and what their admins may set. */
export class Organizations {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #permissionSets: Pick<PermissionSets, 'requireDefaultable'>;
  readonly #onPolicyChanged: OnPolicyChanged;

  constructor(parts: {
    database: Database;
    clock: Clock;
    permissionSets: Pick<PermissionSets, 'requireDefaultable'>;
    onPolicyChanged?: OnPolicyChanged;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#permissionSets = parts.permissionSets;
    this.#onPolicyChanged = parts.onPolicyChanged ?? (async () => undefined);
  }

  /**
   * Makes an organization with its slug and the three built-in permission sets. For the operator: it takes no actor, and no
   * edge that customers reach may call it. Throws `slugTaken`, `slugConfusable`, `invalidValue`.
   */
  async create(input: CreateOrganization): Promise<OrganizationRow> {
    return this.#database.transaction(uuid(), (transaction) => this.createIn(transaction, input));
  }

  /** The same in a transaction of the organization that comes to be, with whatever has to come to be with it. */
  async createIn(transaction: OrganizationTransaction, input: CreateOrganization): Promise<OrganizationRow> {
    const { slug, plan = 'free', scimWithoutSso = false, groupMatching = 'automatically' } = input;
    const name = readName(input.name, 'name');
    requireSlug(slug);
    requireOneOf(plans, plan, 'plan');
    requireOneOf(groupMatchings, groupMatching, 'groupMatching');
    const { organizationId } = transaction;
    const at = this.#clock();
    await takeNewSlug(transaction, slug, at);
    const values = [name, slug, plan, scimWithoutSso, groupMatching, at];
    const [organization] = await transaction.rows(insertOrganization, ...values);
    if (!organization) throw new Error('The new organization was not returned.');
    await insertBuiltInSets(transaction, at);
    const operator: Actor = { kind: 'operator', organizationId };
    const data = { name, slug, plan };
    await recordEvent(transaction, operator, { type: 'organizationCreated', subjectId: organizationId, data, at });
    return organization;
  }

  /** The actor's own organization. */
  async get(actor: Actor): Promise<OrganizationRow> {
    requireReader(actor);
    const [organization] = await this.#database.run(actor.organizationId, selectOrganization);
    if (!organization) throw notFound('organization', actor.organizationId);
    return organization;
  }

  /**
   * Changes what is given; null clears the default permission set and the contact. What decides who gets in, how, for how
   * long and with what, changes only after a fresh sign-in. Throws `forbidden` when anyone but the operator touches the plan,
   * `freshSignInRequired`, `versionConflict`, `invalidValue`; for the default set `notFound`, `sensitiveDefault`,
   * `permissionsExceedOwn`.
   */
  async update(actor: Actor, input: UpdateOrganization): Promise<OrganizationRow> {
    requirePermission(actor, 'rollcall:organization');
    const isOperators = input.plan !== undefined || input.scimWithoutSso !== undefined;
    if (isOperators) requireOperator(actor, 'sets the plan and the SSO rule');
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await lockOrganization(transaction);
      requireVersion(before, input.ifVersion);
      const changes = readChanges(before, input);
      if (Object.keys(changes).length === 0) return before;
      if (admission.some((field) => changes[field] !== undefined)) requireFreshSignIn(actor, this.#clock());
      const { defaultPermissionSetId } = changes;
      if (typeof defaultPermissionSetId === 'string') {
        await this.#permissionSets.requireDefaultable(transaction, actor, defaultPermissionSetId);
      }
      const next = { ...before, ...changes };
      const at = this.#clock();
      const settings = [next.name, next.groupMatching, next.plan, next.scimWithoutSso];
      const signIn = [next.disclosesName, next.signInContact, next.acceptsOtherMethods];
      const session = [next.sessionIdleMinutes, next.sessionLifetimeMinutes];
      const values = [...settings, next.defaultPermissionSetId, next.inactivityDays, ...signIn, ...session, at];
      const [after] = await transaction.rows(updateOrganization, ...values);
      await recordEvent(transaction, actor, { type: 'organizationUpdated', subjectId: before.id, data: changes, at });
      if (changes.groupMatching) await this.#onPolicyChanged(transaction, actor, at);
      return after ?? before;
    });
  }

  /** Whose people sign in by this slug, a current one or an alias; undefined for none, and while it is suspended or closing. */
  async findBySlug(slug: string): Promise<FoundBySlug | undefined> {
    const found = await this.findInAnyStatus(slug);
    if (found?.status !== 'active') return undefined;
    return { id: found.id, name: found.name, slug: found.slug };
  }

  /** The same whatever its status: for the operator. */
  async findInAnyStatus(slug: string): Promise<(FoundBySlug & { status: OrganizationStatus }) | undefined> {
    if (slugProblem(slug)) return undefined;
    const [found] = await this.#database.lookUp(lookUpSlug, slug);
    if (!found) return undefined;
    const [organization] = await this.#database.run(found.organizationId, selectOrganization);
    if (!organization) return undefined;
    const { id, name, slug: current, status } = organization;
    return { id, name, slug: current, status };
  }

  /** Every organization with its slug, for the operator, who then goes through them one by one. */
  async list(): Promise<{ id: string; slug: string }[]> {
    return this.#database.lookUp(listCurrentSlugs);
  }
}

/**
 * What lets people in, or has them hold something, without anybody's decision on each of them; or for how long what they proved
 * counts. All of it is told of as a change of how people sign in.
 */
const admission = [
  'acceptsOtherMethods',
  'defaultPermissionSetId',
  'groupMatching',
  'inactivityDays',
  'sessionIdleMinutes',
  'sessionLifetimeMinutes',
] as const satisfies readonly SignInSetting[];

type Settings = 'name' | 'plan' | 'scimWithoutSso' | SignInSetting;
type Changes = Partial<Pick<OrganizationRow, Settings>>;

/** The fields that were given and differ. Only the default permission set and the contact can be cleared. */
function readChanges(before: OrganizationRow, input: UpdateOrganization): Changes {
  const { name, groupMatching, defaultPermissionSetId, inactivityDays, plan, scimWithoutSso } = input;
  const isChange = (field: Settings) => input[field] !== undefined && input[field] !== before[field];
  return {
    ...(isChange('name') && { name: readName(name, 'name') }),
    ...(isChange('groupMatching') && { groupMatching: requireOneOf(groupMatchings, groupMatching, 'groupMatching') }),
    ...(isChange('defaultPermissionSetId') && { defaultPermissionSetId: defaultPermissionSetId ?? null }),
    ...(isChange('inactivityDays') && {
      inactivityDays: readWholeNumber(inactivityDays, 'inactivityDays', { min: 1, max: INACTIVITY_DAYS_MAX }),
    }),
    ...(isChange('plan') && { plan: requireOneOf(plans, plan, 'plan') }),
    ...(isChange('scimWithoutSso') && {
      scimWithoutSso: requireOneOf([true, false], scimWithoutSso, 'scimWithoutSso'),
    }),
    ...readSignInChanges(before, input),
  };
}

/** Of `readChanges` those of sign-in. */
function readSignInChanges(before: OrganizationRow, input: UpdateOrganization): Changes {
  const { disclosesName, acceptsOtherMethods, sessionIdleMinutes, sessionLifetimeMinutes } = input;
  const isChange = (field: Settings) => input[field] !== undefined && input[field] !== before[field];
  const signInContact = readOptionalText(input.signInContact, 'signInContact', SIGN_IN_CONTACT_LENGTH_MAX);
  const changes: Changes = {
    ...(isChange('disclosesName') && { disclosesName: requireOneOf([true, false], disclosesName, 'disclosesName') }),
    ...(input.signInContact !== undefined && signInContact !== before.signInContact && { signInContact }),
    ...(isChange('acceptsOtherMethods') && {
      acceptsOtherMethods: requireOneOf([true, false], acceptsOtherMethods, 'acceptsOtherMethods'),
    }),
    ...(isChange('sessionIdleMinutes') && {
      sessionIdleMinutes: readWholeNumber(sessionIdleMinutes, 'sessionIdleMinutes', SESSION_IDLE_MINUTES),
    }),
    ...(isChange('sessionLifetimeMinutes') && {
      sessionLifetimeMinutes: readWholeNumber(
        sessionLifetimeMinutes,
        'sessionLifetimeMinutes',
        SESSION_LIFETIME_MINUTES,
      ),
    }),
  };
  const next = { ...before, ...changes };
  if (next.sessionLifetimeMinutes >= next.sessionIdleMinutes) return changes;
  const path = changes.sessionLifetimeMinutes === undefined ? 'sessionIdleMinutes' : 'sessionLifetimeMinutes';
  const message = `sessionLifetimeMinutes (${next.sessionLifetimeMinutes}) must not be below sessionIdleMinutes (${next.sessionIdleMinutes}).`;
  throw new DomainError('invalidValue', message, { path });
}

function readWholeNumber(
  value: number | null | undefined,
  path: string,
  { min, max }: { min: number; max: number },
): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new DomainError('invalidValue', `${path} must be a whole number from ${min} to ${max}.`, { path });
}

function requireOneOf<Value>(known: readonly Value[], value: unknown, path: string): Value {
  const found = known.find((each) => each === value);
  if (found === undefined) {
    throw new DomainError('invalidValue', `${path} must be one of ${known.join(', ')}.`, { path });
  }
  return found;
}
