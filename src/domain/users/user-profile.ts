import { foldKey } from '../../attributes/fold.ts';
import { readName, readOptionalText } from '../text-input.ts';

export interface CreateUser {
  userName: string;
  displayName?: string | null | undefined;
  email?: string | null | undefined;
}

export interface UpdateUser {
  userName?: string | null | undefined;
  displayName?: string | null | undefined;
  email?: string | null | undefined;
  ifVersion?: number | null | undefined;
}

/** What an organization says of a user. */
export interface UserProfile {
  userName: string;
  displayName: string | null;
  email: string | null;
}

/** Of each part; longer than what directories send is. */
export const PROFILE_LENGTH_MAX = 512;

/** The profile that is given. Throws `invalidValue`. */
export function readProfile(input: UpdateUser): UserProfile {
  const email = readOptionalText(input.email, 'email', PROFILE_LENGTH_MAX);
  return {
    userName: readName(input.userName, 'userName', PROFILE_LENGTH_MAX),
    displayName: readOptionalText(input.displayName, 'displayName', PROFILE_LENGTH_MAX),
    email: email === null ? null : readName(email, 'email', PROFILE_LENGTH_MAX),
  };
}

/** The values of the columns of a profile, in the order of `insertUser` and `updateUser`. */
export function profileColumns({ userName, displayName, email }: UserProfile): (string | null)[] {
  return [userName, foldKey(userName), displayName, email, email === null ? null : foldKey(email)];
}
