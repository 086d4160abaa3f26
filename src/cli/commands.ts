import { command as apiKeyCreate } from './api-key-create.ts';
import type { Command } from './command.ts';
import { command as demo } from './demo.ts';
import { command as directoryCreate } from './directory-create.ts';
import { command as directoryList } from './directory-list.ts';
import { command as doctor } from './doctor.ts';
import { command as explain } from './explain.ts';
import { command as linkApprove } from './link-approve.ts';
import { command as linkList } from './link-list.ts';
import { command as linkPreview } from './link-preview.ts';
import { command as linkReject } from './link-reject.ts';
import { command as migrate } from './migrate.ts';
import { command as orgCreate } from './org-create.ts';
import { command as orgList } from './org-list.ts';
import { command as orgUpdate } from './org-update.ts';
import { command as permissions } from './permissions.ts';
import { command as scimTokenCreate } from './scim-token-create.ts';
import { command as scimTokenList } from './scim-token-list.ts';
import { command as scimTokenRevoke } from './scim-token-revoke.ts';
import { command as serve } from './serve.ts';
import { command as simulateEntra } from './simulate-entra.ts';

/** Every command, in the order in which `rollcall --help` lists them. */
export const commands: readonly Command[] = [
  serve,
  demo,
  migrate,
  doctor,
  orgCreate,
  orgList,
  orgUpdate,
  directoryCreate,
  directoryList,
  scimTokenCreate,
  scimTokenList,
  scimTokenRevoke,
  apiKeyCreate,
  linkList,
  linkPreview,
  linkApprove,
  linkReject,
  explain,
  permissions,
  simulateEntra,
];
