import { statement } from '../../database/statement.ts';

/** Active records whose active link leads to the user `$2`. */
export const recordsOfUser = statement<{ id: string; externalId: string | null }>(
  `select d.id, d.external_id as "externalId"
     from user_links l
     join directory_users d on d.organization_id = $1 and d.id = l.directory_user_id and d.active and not d.is_held
    where l.organization_id = $1 and l.user_id = $2 and l.state = 'active' order by d.id`,
);
