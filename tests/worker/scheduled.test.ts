import { asc, count, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Person } from '../../src/features/accounts/table.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { cancelBooking, createBooking } from '../../src/features/bookings/commands.ts';
import { bookings, expiries } from '../../src/features/bookings/table.ts';
import { hallHours, hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { addDays, addMinutes, calendarDate } from '../../src/lib/time.ts';
import { bookingBody, getPage, postJson } from '../helpers/asking.ts';
import { HALL, startTestSite, type TestSite, type Visitor } from '../helpers/worker-site.ts';

const WINDOW_DAYS = 14;

let site: TestSite;
let visitors: Visitor[];

beforeAll(async () => {
  site = await startTestSite();
  visitors = await site.signInMany(4);
});
afterAll(() => site?.stop());

/** A booking made while the session could still be booked, by the site's own command. */
async function bookEarlier(session: HallSession, person: Person): Promise<string> {
  const ctx = { ...site.context(), now: addMinutes(session.bookingClosesAt, -120) };
  const made = await createBooking(ctx, person, bookingBody(session), crypto.randomUUID());
  return made.bookingId;
}

async function stateOf(bookingId: string): Promise<string | undefined> {
  const { db } = site.context();
  const [row] = await db.select().from(bookings).where(eq(bookings.id, bookingId));
  return row?.state;
}

/** Everything the jobs may change. */
async function snapshot() {
  const { db } = site.context();
  return {
    sessions: await db.select().from(hallSessions).orderBy(asc(hallSessions.id)),
    bookings: await db.select().from(bookings).orderBy(asc(bookings.id)),
    expiries: await db.select().from(expiries).orderBy(asc(expiries.bookingId)),
    messages: await db.select().from(outboxMessages).orderBy(asc(outboxMessages.id)),
    audit: await db.select({ rows: count() }).from(auditEntries),
  };
}

describe('the jobs of a running site', () => {
  test('end the bookings nobody came for, and no others', async () => {
    const [first, second] = visitors as [Visitor, Visitor];
    const over = await site.openTestSession({ startsInMinutes: -100 });
    const running = await site.openTestSession({ startsInMinutes: -10 });
    const missed = await bookEarlier(over, first.person);
    const cancelled = await bookEarlier(over, second.person);
    const ctx = { ...site.context(), now: addMinutes(over.cancellationClosesAt, -1) };
    await cancelBooking(ctx, second.person, { bookingId: cancelled }, crypto.randomUUID());
    const present = await bookEarlier(running, first.person);

    await site.site.runScheduled();
    expect(await stateOf(missed)).toBe('expired');
    expect(await stateOf(cancelled)).toBe('cancelled');
    expect(await stateOf(present)).toBe('booked');
    const { db } = site.context();
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, missed));
    expect(entries.map(({ action, actorKind, actorId }) => [action, actorKind, actorId])).toEqual([
      ['booking.create', 'person', first.person.id],
      ['booking.expire', 'job', 'expire-bookings'],
    ]);
    const page = await getPage(`${site.url}/me/bookings/${missed}`, first.cookie);
    expect(page.html).toContain('未到馆');
  });

  test('send the messages whose delivery after the commit failed', async () => {
    const [, , third] = visitors as [Visitor, Visitor, Visitor];
    const isDelivery = (sql: string) => sql.startsWith('update "outbox_messages"');
    site.proxy.fail({ kind: 'refuse' }, { when: isDelivery });
    const session = await site.openTestSession();
    const made = await postJson(`${site.url}/api/bookings`, bookingBody(session), third);
    expect(made.status).toBe(201);
    const { db } = site.context();
    const confirmation = async () => {
      const key = `booking-created:${String(made.body['bookingId'])}`;
      const found = db.select().from(outboxMessages).where(eq(outboxMessages.idempotencyKey, key));
      const [message] = await found;
      return message;
    };
    await vi.waitUntil(() => site.proxy.seen.some(({ fault }) => fault === 'refuse'));
    expect(await confirmation()).toMatchObject({ deliveredAt: null, tries: 0 });
    await site.proxy.reset();
    await site.site.runScheduled();
    expect(await confirmation()).toMatchObject({ deliveredAt: expect.any(Date), tries: 1 });
    const inbox = await getPage(`${site.url}/dev/inbox`);
    expect(inbox.html).toContain(third.phone);
  });

  test('open the sessions of the next two weeks, once, even when they run twice at a time', async () => {
    const weekdays = [1, 2, 3, 4, 5, 6, 7];
    const hours = weekdays.flatMap((weekday) =>
      [9 * 60, 14 * 60].map((startsMinute) => {
        const endsMinute = startsMinute + 75;
        return { hallSlug: HALL, weekday, startsMinute, endsMinute, capacity: 30 };
      }),
    );
    const { db, now } = site.context();
    await db.insert(hallHours).values(hours);
    await Promise.all([site.site.runScheduled(), site.site.runScheduled()]);

    const opened = await db.select().from(hallSessions).where(eq(hallSessions.capacity, 30));
    const today = calendarDate(now);
    const perDay = (date: string) =>
      opened.filter(({ startsAt }) => calendarDate(startsAt) === date).length;
    const later = Array.from({ length: WINDOW_DAYS - 1 }, (_, day) => addDays(today, day + 1));
    expect(later.map(perDay)).toEqual(later.map(() => 2));
    expect(opened).toHaveLength(2 * later.length + perDay(today));
    expect(opened.every(({ startsAt }) => startsAt > now)).toBe(true);
    const page = await getPage(`${site.url}/halls/${HALL}`);
    expect(page.html.match(/\/sessions\/[\w-]{36}/g)?.length).toBeGreaterThanOrEqual(opened.length);
  });

  test('change nothing when they run again', async () => {
    await site.site.runScheduled();
    const before = await snapshot();
    await site.site.runScheduled();
    expect(await snapshot()).toEqual(before);
  });
});
