import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import type { EmailDomainWithProof } from '../../../src/domain/email-domains/email-domains.ts';
import { openTestDomain, type TestDomain } from '../../harness/directory-domain.ts';
import { FakeDns } from '../../harness/fake-dns.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const dns = new FakeDns();
let test: TestDomain;
let now = Date.UTC(2026, 0, 5);
beforeAll(async () => {
  test = await openTestDomain(() => new Date(now), { resolveTxt: dns.resolveTxt });
});
afterAll(() => test.close());
beforeEach(() => dns.failWith(undefined));

let made = 0;
function aDomain(): string {
  made += 1;
  return `acme-${made}.example`;
}

async function anOperator(): Promise<Actor> {
  return (await test.aDirectory()).operator;
}

/** A domain of an organization, with its record in DNS. */
async function aProvedDomain(operator: Actor, name = aDomain()): Promise<EmailDomainWithProof> {
  const added = await test.domain.emailDomains.add(operator, name);
  dns.set(added.recordName, added.recordValue);
  return test.domain.emailDomains.verify(operator, added.id);
}

const selectEvents = statement<{ type: string; data: Record<string, unknown> }>(
  `select type, data from domain_events where organization_id = $1 and type like 'emailDomain%' order by id`,
);
const eventsOf = ({ organizationId }: Actor) => test.database.run(organizationId, selectEvents);
const maintain = () => test.domain.maintenance.run();
const read = async (operator: Actor, id: string) => (await test.domain.emailDomains.getMany(operator, [id]))[0];
const statusOf = async (operator: Actor, id: string) => (await read(operator, id))?.status;

describe('adding a domain', () => {
  it('answers the TXT record that has to prove it, and means nothing yet (security 19)', async () => {
    const operator = await anOperator();
    const domain = aDomain();
    const added = await test.domain.emailDomains.add(operator, ` ${domain.toUpperCase()}. `);
    expect(added).toMatchObject({
      domain,
      status: 'pending',
      recordName: `_rollcall.${domain}`,
      recordValue: expect.stringMatching(/^rollcall-verification=[0-9a-f]{40}$/),
      verifiedAt: null,
    });
    expect(await test.domain.emailDomains.findOrganization(`ada@${domain}`)).toBeUndefined();
    expect(await test.domain.emailDomains.findOrganization(`ada@${domain}`)).toBeUndefined();
    expect(await eventsOf(operator)).toEqual([{ type: 'emailDomainAdded', data: { domain } }]);
  });

  it('again answers the same record', async () => {
    const operator = await anOperator();
    const domain = aDomain();
    const [first, second] = await Promise.all([
      test.domain.emailDomains.add(operator, domain),
      test.domain.emailDomains.add(operator, domain),
    ]);
    expect(second).toEqual(first);
    expect(await eventsOf(operator)).toHaveLength(1);
  });

  it('gives each organization a record of its own', async () => {
    const domain = aDomain();
    const values = await Promise.all(
      [await anOperator(), await anOperator()].map((operator) => test.domain.emailDomains.add(operator, domain)),
    );
    expect(values[0]?.recordValue).not.toBe(values[1]?.recordValue);
  });

  it('keeps a domain of other letters in its ASCII form', async () => {
    const operator = await anOperator();
    const added = await test.domain.emailDomains.add(operator, 'Müller.example');
    expect(added).toMatchObject({ domain: 'xn--mller-kva.example', recordName: '_rollcall.xn--mller-kva.example' });
    dns.set(added.recordName, added.recordValue);
    await test.domain.emailDomains.verify(operator, added.id);
    expect(await test.domain.emailDomains.findOrganization('ada@MÜLLER.example')).toBe(operator.organizationId);
  });

  it.each([
    ['nothing', ' '],
    ['an address of mail', 'ada@acme.example'],
    ['an address of the web', 'https://acme.example/'],
    ['a port', 'acme.example:443'],
    ['a single label', 'localhost'],
    ['a top-level domain', 'com.'],
    ['an IP address', '192.0.2.7'],
    ['an IP address in other words', '0xc0000207'],
    ['an empty label', 'acme..example'],
    ['a wildcard', '*.acme.example'],
    ['an escaped letter', 'acme%2eexample'],
    ['a hyphen at an end', '-acme.example'],
    ['an underscore', '_rollcall.acme.example'],
    ['more than DNS can hold', `${'a.'.repeat(122)}example`],
    ['a domain of everybody', 'Gmail.com'],
    ['another one', 'outlook.com.'],
  ])('refuses %s', async (_, name) => {
    const adding = test.domain.emailDomains.add(await anOperator(), name);
    await expect(adding).rejects.toMatchObject({ code: 'invalidValue', details: { path: 'domain' } });
  });

  it('has its limit', async () => {
    const operator = await anOperator();
    for (let count = 0; count < 100; count += 1) await test.domain.emailDomains.add(operator, aDomain());
    const adding = test.domain.emailDomains.add(operator, aDomain());
    await expect(adding).rejects.toMatchObject({ code: 'tooMany', details: { max: 100 } });
  });
});

describe('verifying a domain', () => {
  it('finds the proof among other records, in pieces and in quotes, and makes the domain the organization’s', async () => {
    const operator = await anOperator();
    const domain = aDomain();
    const { id, recordName, recordValue } = await test.domain.emailDomains.add(operator, domain);
    dns.set(recordName, 'v=spf1 -all', [`"${recordValue.slice(0, 30)}`, `${recordValue.slice(30)}" `]);
    expect(await test.domain.emailDomains.verify(operator, id)).toMatchObject({
      status: 'verified',
      verifiedAt: new Date(now),
      checkedAt: new Date(now),
    });
    expect(dns.asked.at(-1)).toBe(`_rollcall.${domain}`);
    expect(await test.domain.emailDomains.findOrganization(`Ada@${domain.toUpperCase()}`)).toBe(
      operator.organizationId,
    );
    expect(await test.domain.emailDomains.findOrganization(`ada@${domain}`)).toBe(operator.organizationId);
    await test.domain.emailDomains.verify(operator, id);
    expect((await eventsOf(operator)).map((event) => event.type)).toEqual(['emailDomainAdded', 'emailDomainVerified']);
  });

  it('counts for the very domain alone: not above it, not below it, not for what only looks like it', async () => {
    const operator = await anOperator();
    await aProvedDomain(operator, 'eu.strasse.example');
    const addresses = [
      'a@strasse.example',
      'a@x.eu.strasse.example',
      'a@eu.straße.example',
      'eu.strasse.example',
      '@eu.strasse.example',
      'a@eu.strasse.example@evil.example',
      'a@eu.strasse.example ',
    ];
    const answers = addresses.map((email) => test.domain.emailDomains.findOrganization(email));
    expect(await Promise.all(answers)).toEqual(addresses.map(() => undefined));
  });

  it('counts in no other organization', async () => {
    const { domain } = await aProvedDomain(await anOperator());
    const { organizationId } = await anOperator();
    expect(await test.domain.emailDomains.findOrganization(`ada@${domain}`)).not.toBe(organizationId);
  });

  it('says what was looked for and what is there instead, at no length', async () => {
    const operator = await anOperator();
    const { id, recordName, recordValue } = await test.domain.emailDomains.add(operator, aDomain());
    const verifying = () => test.domain.emailDomains.verify(operator, id);
    await expect(verifying()).rejects.toMatchObject({
      code: 'emailDomainNotProved',
      message: expect.stringContaining(`${recordName} with the value ${recordValue}. There is none yet.`),
    });
    dns.set(recordName, recordValue.slice(0, -1), 'x'.repeat(5000), ...Array(50).fill('y'));
    const error = await verifying().catch((failure: Error) => failure);
    expect(error).toMatchObject({ code: 'emailDomainNotProved', details: { seen: expect.any(Array) } });
    expect((error as Error).message).toContain(`There is only: "${recordValue.slice(0, -1)}", "xxx`);
    expect((error as Error).message.length).toBeLessThan(800);
    expect(await statusOf(operator, id)).toBe('pending');
  });

  it('notes when DNS answered that there is no proof yet, and puts off no daily look by it', async () => {
    const operator = await anOperator();
    const { id, checkedAt } = await test.domain.emailDomains.add(operator, aDomain());
    const refused = { code: 'emailDomainNotProved' };
    await expect(test.domain.emailDomains.verify(operator, id)).rejects.toMatchObject(refused);
    expect(await read(operator, id)).toMatchObject({ status: 'pending', checkedAt: new Date(now), missingSince: null });
    expect(checkedAt).toBeNull();
    const proved = await aProvedDomain(operator);
    dns.delete(proved.recordName);
    const lookedFor = new Date(now);
    now += HOUR;
    await expect(test.domain.emailDomains.verify(operator, proved.id)).rejects.toMatchObject(refused);
    expect(await read(operator, proved.id)).toMatchObject({ status: 'verified', checkedAt: lookedFor });
  });

  it.each(['ESERVFAIL', 'ETIMEOUT', 'EREFUSED'])('tells %s of DNS from a missing record', async (code) => {
    const operator = await anOperator();
    const { id } = await aProvedDomain(operator);
    dns.failWith(code);
    await expect(test.domain.emailDomains.verify(operator, id)).rejects.toMatchObject({
      code: 'emailDomainNotProved',
      message: expect.stringContaining(`DNS did not answer (${code})`),
    });
    expect(await statusOf(operator, id)).toBe('verified');
  });

  it('of two organizations lets the one have it that proves it, and the other once that one gave it up', async () => {
    const [acme, globex] = [await anOperator(), await anOperator()];
    const domain = aDomain();
    const ours = await test.domain.emailDomains.add(acme, domain);
    const theirs = await test.domain.emailDomains.add(globex, domain);
    dns.set(ours.recordName, ours.recordValue, theirs.recordValue);
    const verifying = [
      test.domain.emailDomains.verify(acme, ours.id),
      test.domain.emailDomains.verify(globex, theirs.id),
    ];
    const answers = await Promise.allSettled(verifying);
    const reasons = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    expect(reasons).toEqual([expect.objectContaining({ code: 'emailDomainTaken', details: { path: 'id', domain } })]);
    const isOurs = answers[0]?.status === 'fulfilled';
    const [holder, held] = isOurs ? [acme, ours] : [globex, theirs];
    const [other, wanted] = isOurs ? [globex, theirs] : [acme, ours];
    expect(await test.domain.emailDomains.findOrganization(`a@${domain}`)).toBe(holder.organizationId);
    await test.domain.emailDomains.remove(holder, held.id);
    expect(await test.domain.emailDomains.findOrganization(`a@${domain}`)).toBeUndefined();
    await test.domain.emailDomains.verify(other, wanted.id);
    expect(await test.domain.emailDomains.findOrganization(`a@${domain}`)).toBe(other.organizationId);
    expect(await eventsOf(holder)).toContainEqual({ type: 'emailDomainRemoved', data: { domain, status: 'verified' } });
  });
});

describe('the proof of a domain', () => {
  it('is looked for once a day, and lost after three days without it in three answers', async () => {
    const operator = await anOperator();
    const { id, domain, recordName } = await aProvedDomain(operator);
    dns.delete(recordName);
    now += DAY;
    await maintain();
    const missingSince = new Date(now);
    expect(await read(operator, id)).toMatchObject({ status: 'verified', missingSince });
    now += HOUR;
    const asked = dns.asked.length;
    await maintain();
    expect(dns.asked.slice(asked)).not.toContain(recordName);
    for (const day of [1, 2]) {
      now += DAY;
      await maintain();
      expect(await statusOf(operator, id), `day ${day}`).toBe('verified');
    }
    now += DAY;
    await maintain();
    expect(await statusOf(operator, id)).toBe('lost');
    expect(await test.domain.emailDomains.findOrganization(`ada@${domain}`)).toBeUndefined();
    expect(await test.domain.emailDomains.findOrganization(`ada@${domain}`)).toBeUndefined();
    const data = { domain, missingSince: missingSince.toISOString() };
    expect((await eventsOf(operator)).at(-1)).toEqual({ type: 'emailDomainLost', data });
  });

  it('is not lost by a service that slept: three answers are asked for', async () => {
    const operator = await anOperator();
    const { id, recordName } = await aProvedDomain(operator);
    dns.delete(recordName);
    for (const pause of [DAY, 10 * DAY]) {
      now += pause;
      await maintain();
    }
    expect(await statusOf(operator, id)).toBe('verified');
    now += DAY;
    await maintain();
    expect(await statusOf(operator, id)).toBe('lost');
  });

  it('is never lost while DNS does not answer', async () => {
    const operator = await anOperator();
    const { id } = await aProvedDomain(operator);
    dns.failWith('ESERVFAIL');
    for (let day = 0; day < 6; day += 1) {
      now += DAY;
      await maintain();
    }
    expect(await read(operator, id)).toMatchObject({ status: 'verified', missingSince: null });
  });

  it('that is there again counts as if it had never been away', async () => {
    const operator = await anOperator();
    const { id, recordName, recordValue } = await aProvedDomain(operator);
    const days = async (count: number) => {
      for (let day = 0; day < count; day += 1) {
        now += DAY;
        await maintain();
      }
    };
    dns.delete(recordName);
    await days(3);
    dns.set(recordName, recordValue);
    await days(1);
    expect(await read(operator, id)).toMatchObject({ status: 'verified', missingSince: null });
    dns.delete(recordName);
    await days(3);
    expect(await statusOf(operator, id)).toBe('verified');
    await days(1);
    expect(await statusOf(operator, id)).toBe('lost');
    dns.set(recordName, recordValue);
    await days(1);
    expect(await read(operator, id)).toMatchObject({ status: 'verified', missingSince: null });
  });

  it('that was lost to somebody else does not come back by itself', async () => {
    const [acme, globex] = [await anOperator(), await anOperator()];
    const { id, domain, recordName, recordValue } = await aProvedDomain(acme);
    dns.delete(recordName);
    for (let day = 0; day < 4; day += 1) {
      now += DAY;
      await maintain();
    }
    await aProvedDomain(globex, domain);
    dns.set(recordName, recordValue);
    now += DAY;
    await maintain();
    expect(await statusOf(acme, id)).toBe('lost');
    expect(await test.domain.emailDomains.findOrganization(`a@${domain}`)).toBe(globex.organizationId);
  });
});

describe('who may set up domains', () => {
  const asked: [string, (actor: Actor, id: string) => Promise<unknown>][] = [
    ['add', (actor) => test.domain.emailDomains.add(actor, 'acme.example')],
    ['verify', (actor, id) => test.domain.emailDomains.verify(actor, id)],
    ['remove', (actor, id) => test.domain.emailDomains.remove(actor, id)],
  ];

  it.each(asked)('%s needs rollcall:connections, and of a person a fresh sign-in', async (_, ask) => {
    const operator = await anOperator();
    const { organizationId } = operator;
    const { id } = await aProvedDomain(operator);
    const permissions = new Set(['rollcall:connections']);
    const person = { kind: 'user' as const, organizationId, userId: uuid(), accountId: uuid(), sessionId: uuid() };
    const stale = { ...person, name: 'Ada', permissions, provedAt: new Date(now - 16 * 60_000) };
    const reader = { ...stale, permissions: new Set(['rollcall:users']) };
    await expect(ask(reader, id)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(ask(stale, id)).rejects.toMatchObject({ code: 'freshSignInRequired' });
    await ask({ ...stale, provedAt: new Date(now) }, id);
  });

  it('another organization’s domain is not there (security 10)', async () => {
    const { id } = await aProvedDomain(await anOperator());
    const stranger = await anOperator();
    await expect(test.domain.emailDomains.verify(stranger, id)).rejects.toMatchObject({ code: 'notFound' });
    await expect(test.domain.emailDomains.remove(stranger, id)).rejects.toMatchObject({ code: 'notFound' });
    expect(await read(stranger, id)).toBeUndefined();
    expect((await test.domain.emailDomains.list(stranger, {})).items).toEqual([]);
  });

  it('lists by domain and by where they stand', async () => {
    const operator = await anOperator();
    const proved = await aProvedDomain(operator, `z-${aDomain()}`);
    const pending = await test.domain.emailDomains.add(operator, `a-${aDomain()}`);
    const byDomain = { orderBy: { field: 'domain', direction: 'asc' } } as const;
    const { items } = await test.domain.emailDomains.list(operator, byDomain);
    expect(items.map((item) => item.id)).toEqual([pending.id, proved.id]);
    const verified = await test.domain.emailDomains.list(operator, {}, { status: 'verified' });
    expect(verified.items).toEqual([proved]);
    expect(await test.domain.emailDomains.getMany(operator, [uuid(), proved.id])).toEqual([undefined, proved]);
  });
});
