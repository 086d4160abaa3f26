export type DifferenceKind =
  | 'missing'
  | 'unexpected'
  | 'listed twice'
  | 'attribute differs'
  | 'member missing'
  | 'member unexpected';

/** One thing that the service holds otherwise than it should. */
export interface Difference {
  record: 'user' | 'group';
  /** userName or displayName. */
  name: string;
  kind: DifferenceKind;
  /** The attribute's path, or who the member is. */
  path: string | null;
  expected: unknown;
  found: unknown;
}

/** What the service holds, read back over SCIM, against what the tenant says it should. */
export interface DriftReport {
  /** How much was read. */
  users: number;
  groups: number;
  memberships: number;
  /** All of them; `examples` are the first. */
  differences: number;
  examples: Difference[];
  /** What the tenant has and the identity provider, as it is, does not send: no fault of the service. */
  notSent: { reason: string; count: number }[];
  /** Objects that were not compared, because they had failed. */
  failed: number;
  /** Why the service could not be read to the end. */
  failure: string | null;
}

const examplesMax = 50;

/** Collects differences; keeps the first and counts the rest. */
export class DriftFindings {
  readonly report: DriftReport = {
    users: 0,
    groups: 0,
    memberships: 0,
    differences: 0,
    examples: [],
    notSent: [],
    failed: 0,
    failure: null,
  };

  differs(
    record: Difference['record'],
    name: string,
    kind: DifferenceKind,
    details: { path?: string; expected?: unknown; found?: unknown } = {},
  ): void {
    this.report.differences += 1;
    if (this.report.examples.length >= examplesMax) return;
    const { path = null, expected = null, found = null } = details;
    this.report.examples.push({ record, name, kind, path, expected, found });
  }

  notSent(reason: string): void {
    const known = this.report.notSent.find((entry) => entry.reason === reason);
    if (known) known.count += 1;
    else this.report.notSent.push({ reason, count: 1 });
  }
}
