import type { PersonFacts } from './documents.ts';
import type { Policy } from './world.ts';

/**
 * One event of a history, by the names of the model, so that it means the same in another database and after other steps
 * were left out. `id` is the step's number in the history that was generated; what it makes is named after it. A helper is
 * an admin who does not hold everything.
 */
export type Step = { id: number; organization: number } & Act & { delivery?: Delivery; by?: 'helper' };

/**
 * `twice`: the client sends the same request again at once. `lost`: the service did the work and the answer never came, so
 * that the client finds out and tries again as Entra does.
 */
export type Delivery = 'twice' | 'lost';

export type Dialect = 'default' | 'flag';

export type GroupEdit =
  | { edit: 'rename'; displayName: string }
  | { edit: 'add' | 'remove' | 'replace'; records: string[] };

export type DirectoryAct =
  | { kind: 'postUser'; directory: string; facts: PersonFacts }
  | { kind: 'patchUser'; record: string; facts: PersonFacts; dialect: Dialect }
  | { kind: 'putUser'; record: string; facts: PersonFacts }
  | { kind: 'deleteUser'; record: string }
  | { kind: 'postGroup'; directory: string; displayName: string; externalId: string | null; records: string[] }
  | { kind: 'patchGroup'; group: string; edits: GroupEdit[]; dialect: Dialect }
  | { kind: 'putGroup'; group: string; displayName: string; externalId: string | null; records: string[] }
  | { kind: 'deleteGroup'; group: string };

export type UserAct =
  | { kind: 'createUser'; userName: string; displayName: string | null; email: string | null }
  | { kind: 'updateUser'; user: string; userName?: string; displayName?: string; email?: string | null }
  | { kind: 'removeUser' | 'keepUser' | 'blockUser' | 'unblockUser'; user: string };

export type GroupAct =
  | { kind: 'createGroup'; name: string }
  | { kind: 'renameGroup'; group: string; name: string }
  | { kind: 'removeGroup'; group: string }
  | { kind: 'addMembers' | 'removeMembers'; group: string; users: string[] };

export type AccessAct =
  | { kind: 'createSet'; permissions: string[] }
  | { kind: 'updateSet'; permissionSet: string; permissions: string[]; isConfirmed: boolean }
  | { kind: 'deleteSet'; permissionSet: string }
  | { kind: 'createSpace' }
  | { kind: 'deleteSpace'; space: string }
  | {
      kind: 'grant';
      permissionSet: string;
      group: string | null;
      user: string | null;
      space: string | null;
      /** Whether the admin says that they know who decides on a linked group's members. */
      isConfirmed: boolean;
    }
  | { kind: 'revoke'; grant: string };

/** Links are named by their record, user or group. */
export type LinkAct =
  | { kind: 'approveLink' | 'rejectLink' | 'separateLink' | 'retryLink'; record: string }
  | { kind: 'unlink'; record: string; people: 'KEEP' | 'LET_GO' };

export type DirectoryAdminAct =
  | { kind: 'createDirectory'; isObserving: boolean }
  | { kind: 'activateDirectory' | 'pauseDirectory'; directory: string }
  | { kind: 'retireDirectory'; directory: string; people: 'KEEP' | 'LET_GO' }
  | { kind: 'setPrecedence'; directory: string; precedence: number };

export type OrganizationAct =
  | { kind: 'setPolicy'; policy: Policy }
  | { kind: 'setDefault'; permissionSet: string | null };

/** A domain of e-mail addresses, and whether the record that proves it stands in DNS. */
export type DomainAct =
  | { kind: 'addDomain'; domain: string }
  | { kind: 'setProof'; emailDomain: string; isThere: boolean }
  | { kind: 'verifyDomain' | 'removeDomain'; emailDomain: string };

/** What is done to the other organization's things with this one's keys. */
export type TrespassAct = { kind: 'trespass' };

/** Of all organizations at once. */
export type TimeAct = { kind: 'passTime'; milliseconds: number } | { kind: 'maintain' };

/** Two steps under way at the same moment; which was first, only the outcome tells. */
export type TogetherAct = { kind: 'together'; steps: [Step, Step] };

export type Act =
  | DirectoryAct
  | UserAct
  | GroupAct
  | AccessAct
  | LinkAct
  | DirectoryAdminAct
  | OrganizationAct
  | DomainAct
  | TrespassAct
  | TimeAct
  | TogetherAct;

export function isDirectoryAct(act: Act): act is DirectoryAct {
  return /^(post|patch|put|delete)(User|Group)$/.test(act.kind);
}

/** A step in one line, as a person reads it. */
export function describeStep(step: Step): string {
  const { id, organization, kind, delivery, by, ...rest } = step;
  const how = `${by ? ` by a ${by}` : ''}${delivery ? ` (${delivery})` : ''}`;
  if (step.kind === 'together') {
    return `${id} ${'AB'[organization]} together: ${step.steps.map(describeStep).join(' | ')}`;
  }
  const facts = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${id} ${'AB'[organization]} ${kind} ${facts.join(' ')}${how}`;
}
