import type { SignInRefusalReason } from '../domain/sign-in-log/sign-in-refusal.ts';

/** What an error of Entra means, in words of our own: what happened, and what the person or the admin does next. */
export interface EntraError {
  explanation: string;
  remedy: string;
  /** Where it is not simply the identity provider's refusal. */
  reason?: SignInRefusalReason;
}

const again = 'Start the sign-in again.';
const conditionalAccess =
  'Ask your IT team. They see which policy stopped the sign-in under Sign-in logs → Conditional Access in Entra.';
const secret =
  'An administrator makes a new client secret under App registrations → Certificates & secrets, and enters its Value, not its Secret ID, in the connection.';
const consent =
  'An administrator of Entra grants it under Enterprise applications → the application → Permissions → Grant admin consent.';
const secondFactor = 'Start the sign-in again and complete the additional step that Microsoft asks for.';
const password = 'Change the password at Microsoft, then start the sign-in again.';
const applicationId =
  'An administrator compares the issuer and the client id of the connection with Directory (tenant) ID and Application (client) ID of the app registration.';
const webPlatform =
  'An administrator registers the redirect address of the connection under App registrations → Authentication as the platform Web, and removes it from the others.';
const later = 'Wait a few minutes, then start the sign-in again.';

/** By the digits of the AADSTS code. Microsoft changes these without notice, so an unknown one is shown as it came. */
const errors: Readonly<Record<string, EntraError>> = {
  16000: {
    explanation: 'Microsoft found several accounts and could not choose one.',
    remedy: 'Start again and choose the account.',
  },
  50011: {
    explanation: 'The redirect address of this sign-in is not registered at the application in Entra.',
    remedy:
      'An administrator adds the redirect address, exactly as the connection shows it, under App registrations → Authentication → Web → Redirect URIs.',
  },
  50020: {
    explanation: 'The Microsoft account belongs to another organization than the one that this sign-in is for.',
    remedy: 'Sign out at Microsoft or use a private window, and sign in with the account of your organization.',
    reason: 'wrongTenant',
  },
  50034: {
    explanation: 'The account does not exist in the directory of the organization.',
    remedy: 'Check the address that you signed in with; your IT team can tell whether you have an account.',
  },
  50053: {
    explanation: 'Microsoft locked the account after too many failed sign-ins, or blocked the network address.',
    remedy: later,
  },
  50055: { explanation: 'The password has expired.', remedy: password },
  50057: { explanation: 'The account is disabled in Entra.', remedy: 'Ask your IT team to enable the account.' },
  50058: { explanation: 'Microsoft found no signed-in account in this browser.', remedy: again },
  50059: { explanation: 'Microsoft could not tell which tenant this sign-in is for.', remedy: applicationId },
  50072: { explanation: 'Microsoft requires that the account is enrolled for a second factor.', remedy: secondFactor },
  50074: { explanation: 'Microsoft requires a second factor, and it was not completed.', remedy: secondFactor },
  50076: { explanation: 'Microsoft requires a second factor from where you are.', remedy: secondFactor },
  50079: { explanation: 'Microsoft requires that the account is enrolled for a second factor.', remedy: secondFactor },
  50097: { explanation: 'Microsoft requires a known device.', remedy: conditionalAccess },
  50105: {
    explanation: 'The account is not assigned to this application in Entra, which lets in only those who are.',
    remedy:
      'An administrator of Entra assigns you, or a group that you are a direct member of, under Enterprise applications → the application → Users and groups.',
  },
  50126: { explanation: 'The user name or the password is wrong.', remedy: again },
  50128: { explanation: 'Microsoft knows no tenant of this name.', remedy: applicationId },
  50131: {
    explanation: 'A policy of the organization refuses this device or this network.',
    remedy: conditionalAccess,
  },
  50132: { explanation: 'The sign-in at Microsoft ended, as the password expired or was changed.', remedy: again },
  50133: { explanation: 'The sign-in at Microsoft ended, as the password expired or was changed.', remedy: again },
  50140: {
    explanation: 'The sign-in at Microsoft was interrupted by the question whether to stay signed in.',
    remedy: again,
  },
  50144: { explanation: 'The password of the organization’s own directory has expired.', remedy: password },
  50158: { explanation: 'A further check that the organization requires was not completed.', remedy: secondFactor },
  50173: { explanation: 'The sign-in at Microsoft is too old, as the password was changed since.', remedy: again },
  50194: {
    explanation: 'The application in Entra is for one tenant, and the sign-in asked for any.',
    remedy: applicationId,
  },
  50196: { explanation: 'Microsoft was asked too often in a short time.', remedy: later },
  51004: {
    explanation: 'The account does not exist in the directory of the organization.',
    remedy: 'Check the address that you signed in with; your IT team can tell whether you have an account.',
  },
  53000: { explanation: 'A policy of the organization requires a compliant device.', remedy: conditionalAccess },
  53001: {
    explanation: 'A policy of the organization requires a device that is joined to its domain.',
    remedy: conditionalAccess,
  },
  53002: { explanation: 'A policy of the organization requires an approved app.', remedy: conditionalAccess },
  53003: {
    explanation: 'A Conditional Access policy of the organization blocks this sign-in.',
    remedy: conditionalAccess,
  },
  53004: { explanation: 'Microsoft holds the enrolment for a second factor to be risky.', remedy: conditionalAccess },
  53011: { explanation: 'Microsoft blocks the account, as it holds it to be at risk.', remedy: conditionalAccess },
  530003: { explanation: 'A policy of the organization requires a managed device.', remedy: conditionalAccess },
  530032: { explanation: 'A security policy of the organization blocks this sign-in.', remedy: conditionalAccess },
  54005: { explanation: 'This sign-in was completed before.', remedy: again, reason: 'attemptExpired' },
  65001: { explanation: 'Nobody has consented that the application may read who signs in.', remedy: consent },
  65004: {
    explanation: 'The person declined that the application may read who signs in.',
    remedy: 'Start again and accept, or ask your IT team to consent for everybody.',
  },
  65005: {
    explanation: 'The application in Entra asks for permissions that it is not configured for.',
    remedy:
      'An administrator looks at App registrations → API permissions: openid, profile and email of Microsoft Graph are needed.',
  },
  70001: { explanation: 'The application is not known in this tenant, or it is disabled.', remedy: applicationId },
  70008: { explanation: 'The sign-in took too long.', remedy: again, reason: 'attemptExpired' },
  70011: {
    explanation: 'The application in Entra does not allow to ask for openid, profile and email.',
    remedy: 'An administrator looks at App registrations → API permissions.',
  },
  90002: { explanation: 'Microsoft knows no tenant of this id.', remedy: applicationId },
  90014: { explanation: 'Microsoft misses a part of the request.', remedy: again },
  90033: { explanation: 'A service of Microsoft does not answer at the moment.', remedy: later },
  90072: {
    explanation:
      'The Microsoft account belongs to another organization and is no guest of the one that this sign-in is for.',
    remedy: 'Sign in with the account of your organization, or ask its IT team to invite this account as a guest.',
    reason: 'wrongTenant',
  },
  90093: { explanation: 'An administrator has to consent to the application.', remedy: consent },
  90094: { explanation: 'An administrator has to consent to the application.', remedy: consent },
  90095: {
    explanation: 'An administrator has to approve that the application is used.',
    remedy: 'An administrator of Entra answers the request under Enterprise applications → Admin consent requests.',
  },
  500011: { explanation: 'The application is not known in this tenant.', remedy: applicationId },
  500113: {
    explanation: 'No redirect address is registered at the application in Entra.',
    remedy:
      'An administrator adds the redirect address, exactly as the connection shows it, under App registrations → Authentication → Web → Redirect URIs.',
  },
  500208: {
    explanation: 'Accounts of this kind cannot sign in to this application.',
    remedy: 'Sign in with the account of your organization.',
    reason: 'wrongTenant',
  },
  650056: {
    explanation: 'The application in Entra is not configured completely, or nobody has consented to it.',
    remedy: consent,
  },
  700016: {
    explanation: 'The application is not known in this tenant: the client id or the tenant of the connection is wrong.',
    remedy: applicationId,
  },
  700025: {
    explanation: 'The redirect address is registered for a public application, which has no client secret.',
    remedy: webPlatform,
  },
  7000112: {
    explanation: 'The application is disabled in Entra.',
    remedy:
      'An administrator of Entra sets Enabled for users to sign-in under Enterprise applications → the application → Properties.',
  },
  7000215: { explanation: 'The client secret of the connection is wrong.', remedy: secret },
  7000218: {
    explanation: 'Microsoft expects a client secret, and none came or the application is public.',
    remedy: secret,
  },
  7000222: { explanation: 'The client secret of the connection has expired.', remedy: secret },
  900144: { explanation: 'Microsoft misses a part of the request.', remedy: again },
  900561: {
    explanation:
      'Microsoft was reached in another way than by the sign-in, for instance by going back or by a bookmark.',
    remedy: again,
  },
  9002326: { explanation: 'The redirect address is registered for a single-page application.', remedy: webPlatform },
  9002327: { explanation: 'The redirect address is registered for a single-page application.', remedy: webPlatform },
};

const CODE = /\bAADSTS(\d{5,8})\b/;

/** The AADSTS code of a description that Entra sent, such as `AADSTS50105`. */
export function findEntraCode(description: string): string | undefined {
  const digits = CODE.exec(description)?.[1];
  return digits === undefined ? undefined : `AADSTS${digits}`;
}

/** What a code such as `AADSTS50105` means; undefined for one that nobody has written about here. */
export function explainEntraCode(code: string): EntraError | undefined {
  const digits = code.replace(/^AADSTS/, '');
  return Object.hasOwn(errors, digits) ? errors[digits] : undefined;
}
