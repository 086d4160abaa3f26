/** A user object of the simulated tenant. */
export interface Person {
  readonly objectId: string;
  userPrincipalName: string;
  readonly mailNickname: string;
  displayName: string;
  givenName?: string;
  surname?: string;
  mail?: string;
  jobTitle?: string;
  department?: string;
  readonly employeeId?: string;
  office?: string;
  streetAddress?: string;
  city?: string;
  state?: string;
  postalCode?: string;
  country?: string;
  telephoneNumber?: string;
  mobile?: string;
  preferredLanguage?: string;
  manager: Person | undefined;
  /** The minute of the tenant's clock at which the person was deleted and went into the recycle bin. */
  deletedAt: number | undefined;
  /** Assigned to the application, by themselves or as a member of an assigned group. */
  isAssigned: boolean;
}

/** A group object of the simulated tenant. */
export interface TenantGroup {
  readonly objectId: string;
  displayName: string;
  readonly members: Set<Person>;
  /** Assigned to the application, so that it is provisioned as a group. */
  isAssigned: boolean;
}

export type TenantObject = Person | TenantGroup;

/** Deleted, or out of scope: what Entra's mapping reads as [IsSoftDeleted] and Okta as deactivated or unassigned. */
export function isSoftDeleted(person: Person): boolean {
  return person.deletedAt !== undefined || !person.isAssigned;
}

/** How a person or group is named in reports. */
export function nameOf(object: TenantObject): string {
  return 'userPrincipalName' in object ? object.userPrincipalName : object.displayName;
}
