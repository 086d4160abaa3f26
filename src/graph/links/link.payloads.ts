import { payloadType } from '../payload.ts';
import { LinkType } from './link.type.ts';

function linkPayload(name: string, description: string, link: string) {
  return payloadType(name, description, { link: { type: () => LinkType, description: link } });
}

export const ApproveLinkPayload = linkPayload(
  'ApproveLinkPayload',
  'What approving a link answers.',
  'The link, active.',
);
export const RejectLinkPayload = linkPayload(
  'RejectLinkPayload',
  'What rejecting a link answers.',
  'The link, rejected.',
);
export const SeparateLinkPayload = linkPayload(
  'SeparateLinkPayload',
  'What separating a link answers.',
  'The link, active on a user or group of its own, or in conflict while the name is taken.',
);
export const RetryLinkPayload = linkPayload(
  'RetryLinkPayload',
  'What retrying a link answers.',
  'The link as it now stands.',
);
export const UnlinkPayload = linkPayload('UnlinkPayload', 'What unlinking answers.', 'The link, rejected.');
