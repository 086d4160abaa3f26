export const plans = ['free', 'enterprise'] as const;
export type Plan = (typeof plans)[number];

/** What a plan may open. It gates making things; what runs already is never stopped by it. */
export type Entitlement = 'scim' | 'sso';

const entitlements: Readonly<Record<Plan, readonly Entitlement[]>> = {
  free: [],
  enterprise: ['scim', 'sso'],
};

/** What the plan opens, in alphabetical order. */
export function entitlementsOf(plan: Plan): readonly Entitlement[] {
  return entitlements[plan];
}

/** True when the plan includes the entitlement. */
export function planIncludes(plan: Plan, entitlement: Entitlement): boolean {
  return entitlementsOf(plan).includes(entitlement);
}
