import type { SessionRow, SwitchPolicy } from './sessions.store.ts';

/** Whether an organization takes what proved the account: its own policy, its own lifetimes, and nothing from before an end. */
export function takesProof(policy: SwitchPolicy, session: SessionRow, loginProvedAt: Date, now: Date): boolean {
  const isYoung = now.getTime() - loginProvedAt.getTime() < policy.lifetimeMinutes * 60_000;
  const isInUse = now.getTime() - session.lastSeenAt.getTime() < policy.idleMinutes * 60_000;
  const isAfterEnd = policy.endedAt === null || loginProvedAt > policy.endedAt;
  return policy.isActive && isYoung && isInUse && isAfterEnd && policy.takesOtherMethods;
}
