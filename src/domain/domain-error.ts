/** What can go wrong in the rules, as facts: each edge answers every code in one exhaustive table. */
export const domainErrorCodes = [
  'attributeImmutable',
  'attributeValueTaken',
  'bindingRequestNotPending',
  'confirmationRequired',
  'connectionStatusConflict',
  'credentialInvalid',
  'customSchemaTaken',
  'cursorExpired',
  'cursorInvalid',
  'directoryIsStrict',
  'directoryStatusConflict',
  'emailDomainNotProved',
  'emailDomainTaken',
  'filterNotSupported',
  'forbidden',
  'freshSignInRequired',
  'groupIsLinked',
  'groupNameTaken',
  'insufficientScope',
  'invalidSyntax',
  'invalidValue',
  'lastOwner',
  'linkNotActive',
  'linkNotPending',
  'notFound',
  'organizationClosing',
  'organizationStatusConflict',
  'organizationSuspended',
  'permissionSetBuiltIn',
  'permissionSetInUse',
  'permissionSetNameTaken',
  'permissionsExceedOwn',
  'planLacksScim',
  'planLacksSso',
  'previewOutdated',
  'searchTooLarge',
  'sensitiveDefault',
  'signInRequired',
  'slugConfusable',
  'slugTaken',
  'spaceExternalIdTaken',
  'spaceInUse',
  'spaceNameTaken',
  'ssoRequired',
  'tooMany',
  'unknownMember',
  'unknownPermission',
  'userAlreadyBound',
  'userNameTaken',
  'versionConflict',
] as const;
export type DomainErrorCode = (typeof domainErrorCodes)[number];

export interface DomainErrorDetails {
  /** Where in the input, as the caller spelled it. */
  path?: string;
  /** Facts for the answer; never a secret, never SQL. */
  [fact: string]: unknown;
}

/** An expected failure. The message is a whole sentence that a person may read; it says what to do where that is known. */
export class DomainError extends Error {
  readonly code: DomainErrorCode;
  readonly details: DomainErrorDetails;

  constructor(code: DomainErrorCode, message: string, details: DomainErrorDetails = {}) {
    super(message);
    this.name = 'DomainError';
    this.code = code;
    this.details = details;
  }
}

/** For an id that is unknown here, or that belongs to another organization: the two look the same. */
export function notFound(noun: string, id: string): DomainError {
  return new DomainError('notFound', `There is no ${noun} with the id ${id}.`, { noun, id });
}
