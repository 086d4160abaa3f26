import { statement } from '../../database/statement.ts';

/** The client secrets of an organization; a deleted connection has none. */
export const selectClientSecrets = statement<{ id: string; sealed: string }>(
  `select id, client_secret as sealed from connections
    where organization_id = $1 and client_secret is not null order by id`,
);
/** Only as it was read: a secret that an admin gave meanwhile stays. */
export const replaceClientSecret = statement<{ id: string }>(
  `update connections set client_secret = $3
    where organization_id = $1 and id = $2 and client_secret = $4 returning id`,
);
