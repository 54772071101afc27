import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { addHistory } from '../../scripts/lib/history.ts';
import {
  cancelBooking,
  expireBookings,
  markArrival,
} from '../../src/features/bookings/commands.ts';
import { totalsOf } from '../../src/features/numbers/policy.ts';
import { readNumbers } from '../../src/features/numbers/queries.ts';
import { giveFeedback } from '../../src/features/feedback/commands.ts';
import { joinWaitlist, serveWaitlists } from '../../src/features/waitlist/commands.ts';
import { readWeek } from '../../src/features/weeks/queries.ts';
import { sum } from '../../src/lib/counts.ts';
import { writeCsv } from '../../src/lib/sheets.ts';
import { addMinutes, instantOf } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const HALL = testHall.slug;
const key = () => crypto.randomUUID();
const TODAY = { from: '2026-11-25', until: '2026-11-25' };
const asked = { hall: HALL, period: TODAY, subject: 'visits' } as const;
const EVENING = addMinutes(NOW, 6 * 60);

/** A session at noon: a family came, another did not, a third cancelled and somebody waited in vain. */
async function oneDay(world: World) {
  const session = await world.session({ capacity: 8, walkInPlaces: 0 });
  const staff = await world.staff();
  const [came, missed, cancelled, waiting] = await Promise.all([
    world.person(),
    world.person(),
    world.person(),
    world.person(),
  ]);
  const visit = await world.book(came.person, session, { adults: 2, children: 1 });
  await world.book(missed.person, session, { adults: 2, children: 0 });
  const given = await world.book(cancelled.person, session, { adults: 3, children: 0 });
  const wait = { sessionId: session.id, adults: 4, children: 0, leastPlaces: 4 };
  await joinWaitlist(world.ctx, waiting.person, { ...wait, contactName: '示例' }, key());
  await cancelBooking(world.ctx, cancelled.person, { bookingId: given }, key());
  await markArrival(world.at(addMinutes(NOW, 235)), staff.person, { bookingId: visit }, key());
  const after = world.at(EVENING);
  await expireBookings(after);
  await serveWaitlists(after);
  await giveFeedback(after, came.person, { bookingId: visit, score: '5', words: '' }, key());
  return { session, staff };
}

describe('the figures of a day', () => {
  it('are what happened, once it is over', async () => {
    const world = await createWorld();
    await oneDay(world);
    const during = await readNumbers(world.at(addMinutes(NOW, 250)), asked);
    expect(totalsOf(during)).toMatchObject({ sessions: 0, arrived: 0 });
    const numbers = await readNumbers(world.at(EVENING), asked);
    expect(totalsOf(numbers)).toEqual({
      ...{ sessions: 1, stopped: 0, places: 8, walkIns: 0 },
      ...{ arrived: 3, absent: 2, use: 38, noShow: 50, lead: 0 },
    });
    expect(numbers.sessions).toMatchObject([{ week: 0, hour: 12 }]);
    expect(numbers.waits).toEqual([{ state: 'closed', entries: 1 }]);
    expect(numbers.scores).toEqual([{ score: 5, visits: 1 }]);
    expect(totalsOf(numbers.before).sessions).toBe(0);
  });

  it('leave out other days, other halls, courses and what was withdrawn', async () => {
    const world = await createWorld();
    const day = (date: string, more = {}) =>
      world.session({ startsAt: instantOf(date, 600), ...more });
    await day('2026-11-24');
    await day('2026-11-23', { withdrawnAt: NOW });
    await day('2026-11-22', { courseSlug: 'high-rise', heldAt: '示例教室' });
    const week = { from: '2026-11-22', until: '2026-11-24' };
    const read = (more: object) => readNumbers(world.ctx, { ...asked, period: week, ...more });
    expect(totalsOf(await read({})).sessions).toBe(1);
    expect(totalsOf(await read({ subject: 'courses' })).sessions).toBe(1);
    expect(totalsOf(await read({ hall: 'elsewhere' })).sessions).toBe(0);
    expect(totalsOf((await read({ period: TODAY })).before).sessions).toBe(1);
  });
});

describe('the figures of months', () => {
  it('count every booking of a history once, by week, hour and day', async () => {
    const world = await createWorld();
    await addHistory(world.ctx.db.$client, {
      ...{ hallSlug: HALL, now: NOW, sessions: 120, bookings: 2_000 },
    });
    const period = { from: '2026-10-20', until: '2026-11-24' };
    const numbers = await readNumbers(world.ctx, { ...asked, period });
    const [counted] = await world.ctx.db.all<{ bookings: number; people: number; kept: number }>(
      sql`SELECT count(*) AS bookings, sum(adults + children) AS people,
        sum(state <> 'cancelled') AS kept FROM bookings`,
    );
    expect(sum(numbers.bookings.map(({ bookings }) => bookings))).toBe(counted?.bookings);
    expect(sum(numbers.bookings.map(({ people }) => people))).toBe(counted?.people);
    expect(sum(numbers.leads.map(({ bookings }) => bookings))).toBe(counted?.kept);
    expect(sum(numbers.sessions.map(({ sessions }) => sessions))).toBe(120);
    expect(Math.max(...numbers.leads.map(({ days }) => days))).toBe(13);
    // The guards are back in their places.
    const { rows } = await world.ctx.db.$client.execute(
      "SELECT count(*) AS guards FROM sqlite_schema WHERE type = 'trigger'",
    );
    expect(Number(rows[0]?.['guards'])).toBeGreaterThan(50);
  });
});

describe('a figure as a file', () => {
  it('is for those who work at the hall, and for nobody else', async () => {
    const world = await createWorld();
    const { staff } = await oneDay(world);
    const api = createApi(world, EVENING);
    const path = `/staff/halls/${HALL}/numbers/use.csv?from=2026-11-25&until=2026-11-25`;
    const file = await api.send(path, {}, staff.token);
    expect(file.status).toBe(200);
    expect(file.headers.get('Content-Type')).toBe('text/csv; charset=utf-8');
    expect(file.headers.get('Cache-Control')).toBe('no-store');
    const header = ['一周', '场次', '名额', '约了', '到馆', '没来', '现场来的', '名额用了'];
    const row = ['1', '8', '5', '3', '2', '0', '38%'];
    expect(await file.text()).toBe(
      writeCsv({
        header,
        rows: [
          ['11月25日', ...row],
          ['合计', ...row],
        ],
      }).replace(/^\ufeff/, ''),
    );
    const stranger = (await world.person()).token;
    expect((await api.send(path, {}, stranger)).status).toBe(404);
    for (const wrong of ['use.pdf', 'nothing.csv', 'use', 'use.csv.csv']) {
      const address = `/staff/halls/${HALL}/numbers/${wrong}`;
      expect((await api.send(address, {}, staff.token)).status, wrong).toBe(404);
    }
    expect((await api.send('/staff/halls/other/numbers/use.csv', {}, staff.token)).status).toBe(
      404,
    );
  });

  it('is a workbook as well', async () => {
    const world = await createWorld();
    const { token } = await world.staff();
    const path = `/staff/halls/${HALL}/numbers/lead.xlsx`;
    const file = await createApi(world).send(path, {}, token);
    expect(new Uint8Array(await file.arrayBuffer()).slice(0, 2)).toEqual(
      new TextEncoder().encode('PK'),
    );
  });
});

describe('the week', () => {
  it('shows who waits and what is withdrawn no more', async () => {
    const world = await createWorld();
    const full = await world.session({ capacity: 1 });
    await world.session({ startsAt: addMinutes(NOW, 400), withdrawnAt: NOW });
    await world.session({ startsAt: instantOf('2026-11-30', 600) });
    await world.book((await world.person()).person, full);
    const wait = { sessionId: full.id, adults: 1, children: 0, leastPlaces: 1 };
    const { person } = await world.person();
    await joinWaitlist(world.ctx, person, { ...wait, contactName: '示例' }, key());
    const { sessions } = await readWeek(world.ctx, HALL, '2026-11-23');
    expect(sessions).toMatchObject([
      { session: { id: full.id, booked: 1 }, waiting: 1, groups: [], stopReason: null },
    ]);
  });
});
