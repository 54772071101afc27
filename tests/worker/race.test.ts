import { count, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEntries } from '../../src/features/audit/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import type { HallSession } from '../../src/features/halls/table.ts';
import type { Migration } from '../../src/lib/db/migrate.ts';
import { bookingBody, isUncertain, postJson, type JsonAnswer } from '../helpers/asking.ts';
import { expectBalanced, readLedger } from '../helpers/ledger.ts';
import { startTestSite, type TestSite, type Visitor } from '../helpers/worker-site.ts';

const ASKERS = 200;
const CAPACITY = 40;
const LOST_SHARE = 0.3;
/** Losing so many answers in a row has a chance of one in 10^10. */
const TRIES_MAX = 20;

/** A small generator with a seed, so that every run asks for the same parties. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

interface Asked {
  size: number;
  answer: JsonAnswer;
}

/** Everybody asks at once; who hears "not certain" asks again for the same thing. */
async function askAll(
  { url }: TestSite,
  visitors: readonly Visitor[],
  session: HallSession,
): Promise<Asked[]> {
  const random = seeded(20_261_122);
  const parties = visitors.map((visitor) => ({ visitor, size: 1 + Math.floor(random() * 5) }));
  return Promise.all(
    parties.map(async ({ visitor: { cookie }, size }) => {
      const key = crypto.randomUUID();
      const ask = () =>
        postJson(`${url}/api/bookings`, bookingBody(session, size), { cookie, key });
      let answer = await ask();
      for (let tries = 1; isUncertain(answer) && tries < TRIES_MAX; tries += 1) {
        answer = await ask();
      }
      return { size, answer };
    }),
  );
}

/** Exactly what there is was sold, to exactly those who were told so. */
async function expectExact(site: TestSite, session: HallSession, asked: Asked[]): Promise<void> {
  const accepted = asked.filter(({ answer }) => answer.status === 201);
  const refused = asked.filter(({ answer }) => answer.status !== 201);
  for (const { answer } of refused) {
    expect(answer).toMatchObject({ status: 409, body: { code: 'session_full' } });
  }
  const ledger = await readLedger(site.context(), session);
  expectBalanced(ledger);
  const told = accepted.map(({ answer }) => answer.body['bookingId'] as string);
  expect(told.sort()).toEqual(ledger.bookings.map(({ id }) => id).sort());

  const sold = accepted.reduce((sum, { size }) => sum + size, 0);
  expect(sold).toBe(ledger.booked);
  expect(sold).toBeLessThanOrEqual(CAPACITY);
  // Places only go down in this run: what was too large when it was refused is too large for what is left.
  const smallestRefused = Math.min(...refused.map(({ size }) => size));
  expect(CAPACITY - sold).toBeLessThan(smallestRefused);
}

async function countWrites({ context }: TestSite): Promise<{ audit: number; messages: number }> {
  const { db } = context();
  const [audit] = await db
    .select({ rows: count() })
    .from(auditEntries)
    .where(eq(auditEntries.action, 'booking.create'));
  const [messages] = await db
    .select({ rows: count() })
    .from(outboxMessages)
    .where(eq(outboxMessages.template, 'booking_created'));
  return { audit: audit?.rows ?? 0, messages: messages?.rows ?? 0 };
}

describe(`${ASKERS} people ask at once for ${CAPACITY} places`, () => {
  let site: TestSite;
  let visitors: Visitor[];

  beforeAll(async () => {
    site = await startTestSite();
    visitors = await site.signInMany(ASKERS);
  });
  afterAll(() => site?.stop());

  test('all places are sold, none twice', async () => {
    const session = await site.openTestSession({ capacity: CAPACITY });
    const before = await countWrites(site);
    const asked = await askAll(site, visitors, session);
    await expectExact(site, session, asked);
    const { bookings } = await readLedger(site.context(), session);
    const after = await countWrites(site);
    expect(after).toEqual({
      audit: before.audit + bookings.length,
      messages: before.messages + bookings.length,
    });
  });

  test('the same when the answer to a commit is often lost and people try again', async () => {
    const session = await site.openTestSession({ capacity: CAPACITY });
    const random = seeded(7);
    const isCommit = (sql: string) => sql.includes('insert into "bookings"');
    site.proxy.fail(
      { kind: 'loseAnswer' },
      { when: (sql) => isCommit(sql) && random() < LOST_SHARE },
    );
    const asked = await askAll(site, visitors, session);
    const lost = site.proxy.seen.filter(({ fault }) => fault === 'loseAnswer').length;
    site.proxy.pass();
    expect(lost).toBeGreaterThan(ASKERS / 10);
    await expectExact(site, session, asked);
  });
});

/** The migrations without what keeps a session from being oversold. */
function withoutGuards(migrations: Migration[]): Migration[] {
  return migrations.map(({ name, sql }) => ({
    name,
    sql: sql
      .replace('DROP TRIGGER hall_sessions_guard;', '')
      .replace(/CREATE TRIGGER hall_sessions_guard[\s\S]*?\nEND;/, '')
      .replace(/,\n\s*CONSTRAINT session_not_oversold CHECK \([^\n]*\)(?=\n)/, ''),
  }));
}

describe('the control: the same askers, without the guards in the schema', () => {
  let site: TestSite;

  beforeAll(async () => {
    site = await startTestSite({ editMigrations: withoutGuards });
  });
  afterAll(() => site?.stop());

  test('places are sold that are not there', async () => {
    const visitors = await site.signInMany(ASKERS);
    const session = await site.openTestSession({ capacity: CAPACITY });
    const asked = await askAll(site, visitors, session);
    const accepted = asked.filter(({ answer }) => answer.status === 201);
    const { booked } = await readLedger(site.context(), session);
    expect(booked).toBeGreaterThan(CAPACITY);
    expect(booked).toBe(accepted.reduce((sum, { size }) => sum + size, 0));
  });
});
