// What is over goes by itself: the timer of the service runs the same.
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aClock } from '../harness/builders.ts';
import { openTestDomain, type TestDomain } from '../harness/directory-domain.ts';

const YEAR = 366 * 86_400_000;
const clock = aClock();
let test: TestDomain;
let superuser: pg.Client;
beforeAll(async () => {
  test = await openTestDomain(clock);
  superuser = new pg.Client(test.connection);
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await test.close();
});

it('forgets sign-ins, sessions, attempts and links that ended long ago, and keeps what lives', async () => {
  const { organizationId } = await test.aDirectory();
  const [long, now] = [new Date(clock().getTime() - 2 * YEAR), clock()];
  for (const at of [long, now]) {
    const later = new Date(at.getTime() + 60_000);
    const name = at.toISOString();
    const session = uuid();
    await superuser.query(
      `insert into sessions (id, hmac, account_id, created_at, last_seen_at) values ($1, $2, $1, $3, $3)`,
      [session, name, at],
    );
    await superuser.query(
      `insert into session_authentications (organization_id, session_id, user_id, method, authenticated_at, last_seen_at)
       values ($1, $2, $2, 'oneTimeLink', $3, $3)`,
      [organizationId, session, at],
    );
    await superuser.query(
      `insert into sign_in_attempts (id, state_hmac, browser_hmac, purpose, state, asks_anew, created_at, expires_at)
       values ($1, $2, $2, 'signIn', 'started', false, $3, $4)`,
      [uuid(), name, at, later],
    );
    await superuser.query(
      `insert into one_time_links (hmac, kind, created_at, expires_at) values ($1, 'setUp', $2, $3)`,
      [name, at, later],
    );
  }
  const event = `insert into sign_in_events (organization_id, id, reference, outcome, method, detail, created_at)
                 values ($1, $2, '0123456789ab', 'refused', 'connection', '{}', $3)`;
  await superuser.query(event, [organizationId, uuid({ msecs: long.getTime() }), long]);
  await superuser.query(event, [organizationId, uuid({ msecs: now.getTime() }), now]);
  await test.domain.maintenance.run();
  for (const table of ['sessions', 'session_authentications', 'sign_in_attempts', 'one_time_links', 'sign_in_events']) {
    const { rows } = await superuser.query(`select * from ${table}`);
    expect(rows, table).toHaveLength(1);
  }
});
