import { statement } from '../../database/statement.ts';

export interface DataKeyRow {
  id: string;
  sealedKey: string;
  createdAt: Date;
  retiredAt: Date | null;
}

const COLUMNS = 'id, sealed_key as "sealedKey", created_at as "createdAt", retired_at as "retiredAt"';
const CURRENT = `select ${COLUMNS} from data_keys where retired_at is null`;
const NEWEST = 'order by created_at desc, id desc limit 1';

// Data keys are global: without a transaction `$1` is no organization, and inside one it is the nil UUID.
export const lookUpCurrent = statement<DataKeyRow>(`${CURRENT} ${NEWEST}`);
export const lookUpKey = statement<DataKeyRow>(`select ${COLUMNS} from data_keys where id = $1`);
export const lookUpKeys = statement<DataKeyRow>(`select ${COLUMNS} from data_keys order by created_at, id`);

export const selectCurrent = statement<DataKeyRow>(`${CURRENT} and $1::uuid is not null ${NEWEST}`);
export const insertKey = statement<DataKeyRow>(
  `insert into data_keys (id, sealed_key, created_at)
   select $2, $3, $4::timestamptz where $1::uuid is not null returning ${COLUMNS}`,
);
export const retireKeys = statement<{ id: string }>(
  `update data_keys set retired_at = $2 where retired_at is null and $1::uuid is not null returning id`,
);
/** Only as it was read: whoever sealed it anew meanwhile was first. */
export const replaceSealedKey = statement<{ id: string }>(
  'update data_keys set sealed_key = $2 where id = $1 and sealed_key = $3 returning id',
);
/** Those retired before `$1` that are not in `$2`. */
export const deleteRetiredKeys = statement<{ id: string }>(
  'delete from data_keys where retired_at < $1 and not (id = any($2::uuid[])) returning id',
);
