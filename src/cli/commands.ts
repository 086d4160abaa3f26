import { command as apiKeyCreate } from './api-key-create.ts';
import { command as bindingApprove } from './binding-approve.ts';
import { command as bindingEnd } from './binding-end.ts';
import { command as bindingList } from './binding-list.ts';
import { command as bindingReject } from './binding-reject.ts';
import type { Command } from './command.ts';
import { command as connectionCreate } from './connection-create.ts';
import { command as connectionDelete } from './connection-delete.ts';
import { command as connectionDisable } from './connection-disable.ts';
import { command as connectionEnable } from './connection-enable.ts';
import { command as connectionList } from './connection-list.ts';
import { command as connectionShow } from './connection-show.ts';
import { command as connectionTest } from './connection-test.ts';
import { command as connectionUpdate } from './connection-update.ts';
import { command as demo } from './demo.ts';
import { command as directoryActivate } from './directory-activate.ts';
import { command as directoryCreate } from './directory-create.ts';
import { command as directoryList } from './directory-list.ts';
import { command as directoryPause } from './directory-pause.ts';
import { command as directoryPreview } from './directory-preview.ts';
import { command as directoryRetire } from './directory-retire.ts';
import { command as doctor } from './doctor.ts';
import { command as domainAdd } from './domain-add.ts';
import { command as domainList } from './domain-list.ts';
import { command as domainRemove } from './domain-remove.ts';
import { command as domainVerify } from './domain-verify.ts';
import { command as explain } from './explain.ts';
import { command as keysRotate } from './keys-rotate.ts';
import { command as linkApprove } from './link-approve.ts';
import { command as linkList } from './link-list.ts';
import { command as linkPreview } from './link-preview.ts';
import { command as linkReject } from './link-reject.ts';
import { command as linkRetry } from './link-retry.ts';
import { command as linkSeparate } from './link-separate.ts';
import { command as linkUnlink } from './link-unlink.ts';
import { command as migrate } from './migrate.ts';
import { command as oauthClientAddSecret } from './oauth-client-add-secret.ts';
import { command as oauthClientCreate } from './oauth-client-create.ts';
import { command as oauthClientDelete } from './oauth-client-delete.ts';
import { command as oauthClientList } from './oauth-client-list.ts';
import { command as oauthClientRevokeSecret } from './oauth-client-revoke-secret.ts';
import { command as orgClose } from './org-close.ts';
import { command as orgCreate } from './org-create.ts';
import { command as orgErase } from './org-erase.ts';
import { command as orgExport } from './org-export.ts';
import { command as orgList } from './org-list.ts';
import { command as orgReopen } from './org-reopen.ts';
import { command as orgResume } from './org-resume.ts';
import { command as orgSlug } from './org-slug.ts';
import { command as orgSlugRelease } from './org-slug-release.ts';
import { command as orgSuspend } from './org-suspend.ts';
import { command as orgUpdate } from './org-update.ts';
import { command as ownerLink } from './owner-link.ts';
import { command as permissions } from './permissions.ts';
import { command as schemaDeclare } from './schema-declare.ts';
import { command as schemaDelete } from './schema-delete.ts';
import { command as schemaList } from './schema-list.ts';
import { command as scimGateway } from './scim-gateway.ts';
import { command as scimTokenCreate } from './scim-token-create.ts';
import { command as scimTokenList } from './scim-token-list.ts';
import { command as scimTokenRevoke } from './scim-token-revoke.ts';
import { command as scimTokenRotate } from './scim-token-rotate.ts';
import { command as serve } from './serve.ts';
import { command as sessionEnd } from './session-end.ts';
import { command as sessionList } from './session-list.ts';
import { command as signInHealth } from './sign-in-health.ts';
import { command as signInList } from './sign-in-list.ts';
import { command as simulateEntra } from './simulate-entra.ts';
import { command as simulateOkta } from './simulate-okta.ts';
import { command as spaceCreate } from './space-create.ts';
import { command as spaceList } from './space-list.ts';
import { command as workloadIdentityRemove } from './workload-identity-remove.ts';
import { command as workloadIdentitySet } from './workload-identity-set.ts';
import { command as workloadIdentityShow } from './workload-identity-show.ts';

/** Every command, in the order in which `rollcall --help` lists them. */
export const commands: readonly Command[] = [
  serve,
  scimGateway,
  demo,
  migrate,
  doctor,
  orgCreate,
  orgList,
  orgUpdate,
  orgSlug,
  orgSlugRelease,
  orgSuspend,
  orgResume,
  orgClose,
  orgReopen,
  orgExport,
  orgErase,
  ownerLink,
  domainAdd,
  domainVerify,
  domainList,
  domainRemove,
  connectionCreate,
  connectionList,
  connectionShow,
  connectionTest,
  connectionEnable,
  connectionUpdate,
  connectionDisable,
  connectionDelete,
  signInList,
  signInHealth,
  bindingList,
  bindingApprove,
  bindingReject,
  bindingEnd,
  directoryCreate,
  directoryList,
  directoryPreview,
  directoryActivate,
  directoryPause,
  directoryRetire,
  scimTokenCreate,
  scimTokenList,
  scimTokenRotate,
  scimTokenRevoke,
  oauthClientCreate,
  oauthClientList,
  oauthClientAddSecret,
  oauthClientRevokeSecret,
  oauthClientDelete,
  workloadIdentitySet,
  workloadIdentityShow,
  workloadIdentityRemove,
  schemaDeclare,
  schemaList,
  schemaDelete,
  apiKeyCreate,
  linkList,
  linkPreview,
  linkApprove,
  linkReject,
  linkSeparate,
  linkRetry,
  linkUnlink,
  spaceCreate,
  spaceList,
  explain,
  permissions,
  sessionList,
  sessionEnd,
  keysRotate,
  simulateEntra,
  simulateOkta,
];
