import { copyFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addHistory } from '../../scripts/lib/history.ts';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import {
  cancelBooking,
  createBooking,
  expireBookings,
  markArrivalByCode,
} from '../../src/features/bookings/commands.ts';
import {
  bookingList,
  doorLists,
  listBookings,
  listOwnBookings,
} from '../../src/features/bookings/queries.ts';
import { readDoorDay } from '../../src/features/door/queries.ts';
import { publicFeedbackReads } from '../../src/features/feedback/queries.ts';
import { openSessions, releaseGroupPlaces } from '../../src/features/halls/commands.ts';
import { hallWithSessions } from '../../src/features/halls/queries.ts';
import { halls, hallSessions } from '../../src/features/halls/table.ts';
import { readNumbers } from '../../src/features/numbers/queries.ts';
import { releaseLatePlaces } from '../../src/features/releases/commands.ts';
import { lapseReplacements } from '../../src/features/replacements/commands.ts';
import { carryOutStops } from '../../src/features/stops/commands.ts';
import { joinWaitlist, serveWaitlists } from '../../src/features/waitlist/commands.ts';
import { readWeek } from '../../src/features/weeks/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { readTogether } from '../../src/lib/db/read.ts';
import { newId } from '../../src/lib/ids.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { readList } from '../../src/lib/lists.ts';
import { recentWeeks } from '../../src/lib/periods.ts';
import { addMinutes, calendarDate } from '../../src/lib/time.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';
import { addHallStaff } from '../helpers/roles.ts';
import { NOW, planSession, testHall } from '../helpers/session.ts';
import { countWork, recordStatements, type Work } from '../helpers/steps.ts';
import { TEST_KEYS } from '../helpers/world.ts';

const YEAR = { sessions: 1_250, bookings: 100_000 };
/** As busy a time as the year, but no longer than what the figures of four weeks look back upon. */
const EIGHT_WEEKS = { sessions: 224, bookings: 17_920 };
/** What the issue allows a year's history to cost. */
const RATIO_MAX = 1.3;

const SESSIONS = 4;
const FAMILIES = 25;
const key = () => crypto.randomUUID();

interface Near {
  family: Person;
  staff: Person;
  code: string;
}

describe('with a year of sessions and 100,000 bookings', () => {
  let few: TestDatabase;
  let eightWeeks: TestDatabase;
  let year: TestDatabase;
  let keys: Keyring;
  let near: Near;

  const at = (db: CommandContext['db'], now = NOW): CommandContext => ({
    ...{ db, keys, now, requestId: newId(now) },
  });

  /** Today: 100 bookings, a hall that is open, and somebody who waits for what has just become free. */
  async function fillToday(ctx: CommandContext): Promise<Near> {
    const { db } = ctx;
    await db.insert(halls).values(testHall);
    const sessions = Array.from({ length: SESSIONS }, (_, index) =>
      planSession({ startsAt: addMinutes(NOW, 120 + index * 105), cancellationClosesAt: NOW }),
    );
    const full = planSession({ startsAt: addMinutes(NOW, 24 * 60), capacity: 2 });
    await db.insert(hallSessions).values([...sessions, full]);
    const people: Person[] = [];
    for (let index = 0; index <= FAMILIES + 1; index += 1) {
      const before = at(db, addMinutes(NOW, index - 24 * 60));
      const phone = `1000000${7_000 + index}`;
      people.push((await signInByPhone(before, phone)).person);
    }
    const [staff, waiting, ...families] = people;
    const family = families[0];
    if (!staff || !waiting || !family) throw new Error('Nobody has signed in.');
    await addHallStaff(ctx, staff.id);
    const book = (person: Person, sessionId: string, adults: number) => {
      const input = { sessionId, adults, children: 0, contactName: '示例王芳' };
      return createBooking(ctx, person, input, key());
    };
    let code = '';
    for (const person of families) {
      for (const session of sessions) ({ code } = await book(person, session.id, 1));
    }
    const { bookingId } = await book(family, full.id, 2);
    const wait = { sessionId: full.id, adults: 1, children: 0, leastPlaces: 1 };
    await joinWaitlist(ctx, waiting, { ...wait, contactName: '示例周敏' }, key());
    await cancelBooking(ctx, family, { bookingId }, key());
    return { family, staff, code };
  }

  async function copyOf({ url }: TestDatabase): Promise<TestDatabase> {
    const copy = await createTestDatabase();
    await copyFile(url.replace('file:', ''), copy.url.replace('file:', ''));
    return copy;
  }

  beforeAll(async () => {
    keys = await Keyring.open(JSON.parse(TEST_KEYS) as Record<string, string>);
    few = await createTestDatabase();
    near = await fillToday(at(few.db));
    [eightWeeks, year] = [await copyOf(few), await copyOf(few)];
    const history = { hallSlug: testHall.slug, now: NOW };
    await addHistory(eightWeeks.db.$client, { ...history, ...EIGHT_WEEKS });
    await addHistory(year.db.$client, { ...history, ...YEAR });
  }, 60_000);

  afterAll(() => Promise.all([few, eightWeeks, year].map(({ remove }) => remove())));

  /** What the same statements cost with little behind them and with the year. */
  async function compare(
    act: (ctx: CommandContext) => Promise<unknown>,
    { now = NOW, against = few }: { now?: Date; against?: TestDatabase } = {},
  ): Promise<{ little: Work; much: Work }> {
    const copy = await copyOf(few);
    // What is in the copy was written after its client was opened.
    const db = openDatabase({ url: copy.url });
    try {
      const sent = await recordStatements(db, () => act(at(db, now)));
      expect(sent.length).toBeGreaterThan(0);
      return { little: countWork(against.url, sent), much: countWork(year.url, sent) };
    } finally {
      db.$client.close();
      await copy.remove();
    }
  }

  const arriveByCode = (ctx: CommandContext) => {
    const input = { hallSlug: testHall.slug, code: near.code };
    return markArrivalByCode(ctx, near.staff, input, key());
  };
  const evening = addMinutes(NOW, 14 * 60);
  const today = calendarDate(NOW);
  const found = (q: string) => readList(bookingList(testHall.slug), new URLSearchParams({ q }));
  const cases: readonly {
    what: string;
    act: (ctx: CommandContext) => Promise<unknown>;
    now?: Date;
  }[] = [
    {
      what: 'the page of a hall',
      act: (ctx) =>
        readTogether(ctx.db, {
          hall: hallWithSessions(ctx, testHall.slug),
          ...publicFeedbackReads(ctx, testHall.slug),
        }),
    },
    { what: 'the day sheet', act: (ctx) => doorLists(ctx, testHall.slug, today) },
    { what: 'the door', act: (ctx) => readDoorDay(ctx, testHall.slug) },
    {
      what: 'an arrival by code',
      now: addMinutes(NOW, 120 + 3 * 105),
      act: (ctx) => arriveByCode(ctx),
    },
    {
      what: 'a search for a code',
      act: (ctx) => listBookings(ctx, testHall.slug, found(near.code)),
    },
    {
      what: 'a search for a name',
      act: (ctx) => listBookings(ctx, testHall.slug, found('示例王芳')),
    },
    {
      what: 'a search for a number',
      act: (ctx) => listBookings(ctx, testHall.slug, found('10000007002')),
    },
    { what: 'own bookings', act: async (ctx) => listOwnBookings(ctx, near.family.id) },
    { what: 'the sweep of the waitlists', act: serveWaitlists },
    { what: 'the end of bookings nobody came for', now: evening, act: expireBookings },
    { what: 'the opening of sessions', act: openSessions },
    { what: 'the release of group places', act: releaseGroupPlaces },
    { what: 'the carrying out of stops', act: carryOutStops },
    {
      what: 'the letting go of late places',
      // While the first session of the day runs.
      now: addMinutes(NOW, 140),
      act: releaseLatePlaces,
    },
    { what: 'the lapse of what is held for classes', act: lapseReplacements },
  ];

  it.each(cases)('$what costs at most 1.3 times as much', async ({ act, now = NOW }) => {
    const { little, much } = await compare(act, { now });
    expect(little.steps).toBeGreaterThan(0);
    expect(much.steps / little.steps).toBeLessThanOrEqual(RATIO_MAX);
    expect(much.scanned).toBeLessThanOrEqual(little.scanned * RATIO_MAX);
    expect(much.madeIndexes).toBe(little.madeIndexes);
  });

  const asked = { hall: testHall.slug, period: recentWeeks(4, today), subject: 'visits' } as const;
  it.each([
    { what: 'a week', act: (ctx: CommandContext) => readWeek(ctx, asked.hall, '2026-11-16') },
    {
      what: 'the figures of four weeks',
      act: (ctx: CommandContext) => readNumbers(ctx, asked),
    },
  ])('$what reads its own time and not the years before', async ({ act }) => {
    const { little, much } = await compare(act, { against: eightWeeks });
    expect(much.steps / little.steps).toBeLessThanOrEqual(RATIO_MAX);
    expect(much.scanned).toBeLessThanOrEqual(little.scanned * RATIO_MAX);
  });

  it('would see a statement that looks through the history', async () => {
    const { little, much } = await compare(({ db }) =>
      db.$client.execute({
        sql: 'SELECT count(adults) FROM bookings WHERE changes = ?',
        args: [9],
      }),
    );
    expect(much.steps / little.steps).toBeGreaterThan(100);
    expect(much.scanned).toBeGreaterThan(YEAR.bookings);
  });
});
