/** The product's permissions in the histories: some plain, some sensitive, one for every reader. */
export const declaredPermissions = [
  { name: 'screens:view', description: 'See screens.', sets: ['reader'] },
  { name: 'screens:publish', description: 'Publish to screens.' },
  { name: 'screens:edit', description: 'Change what screens show.' },
  { name: 'billing:pay', description: 'Pay invoices.', sensitive: true },
];

export const plainPermissions = ['screens:view', 'screens:publish', 'screens:edit'];

/** What the service itself declares; all of it is sensitive, and counts on the whole organization only. */
export const rollcallPermissions = [
  'rollcall:directories',
  'rollcall:links',
  'rollcall:grants',
  'rollcall:users',
  'rollcall:groups',
  'rollcall:permission-sets',
  'rollcall:connections',
  'rollcall:keys',
  'rollcall:audit',
  'rollcall:organization',
];

export const allPermissions = [...declaredPermissions.map(({ name }) => name), ...rollcallPermissions];

export function isSensitive(permission: string): boolean {
  return permission === 'billing:pay' || permission.startsWith('rollcall:');
}

/** Of an admin who does not hold everything. */
export const helperPermissions = [
  'rollcall:directories',
  'rollcall:grants',
  'rollcall:groups',
  'rollcall:links',
  'rollcall:permission-sets',
  'rollcall:users',
  'screens:publish',
  'screens:view',
];
