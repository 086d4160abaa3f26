import { payloadType } from '../payload.ts';
import { LinkType } from './link.type.ts';

export const ApproveLinkPayload = payloadType('ApproveLinkPayload', 'What approving a link answers.', {
  link: { type: () => LinkType, description: 'The link, active.' },
});

export const RejectLinkPayload = payloadType('RejectLinkPayload', 'What rejecting a link answers.', {
  link: { type: () => LinkType, description: 'The link, rejected.' },
});
