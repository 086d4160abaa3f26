import type { UserSessionRow } from '../../domain/accounts/user-sessions.store.ts';
import type { UserSessionOrderField } from '../../domain/accounts/user-sessions.ts';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import type { Page } from '../../domain/page.ts';
import type { BatchRead } from '../context.ts';

export const sessionsOfUsers: BatchRead<Page<UserSessionRow>, OrderedPageRequest<UserSessionOrderField>> = (
  domain,
  actor,
  ids,
  page,
) => domain.userSessions.listOfMany(actor, ids, page);
