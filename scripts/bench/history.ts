/**
 * `npm run bench:history`: what pages and jobs cost with a year of sessions and 100,000 bookings behind them, against 100.
 * Interleaved, medians; the same statements as `tests/api/scale.test.ts` counts the work of, here in time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  doorLists,
  findAtDoor,
  listBookings,
  bookingList,
  dueExpiries,
} from '../../src/features/bookings/queries.ts';
import { hallWithSessions } from '../../src/features/halls/queries.ts';
import { readNumbers } from '../../src/features/numbers/queries.ts';
import { readDueQueues } from '../../src/features/waitlist/queries.ts';
import { readWeek } from '../../src/features/weeks/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { migrate } from '../../src/lib/db/migrate.ts';
import { newId } from '../../src/lib/ids.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { readList } from '../../src/lib/lists.ts';
import { mondayOf, recentWeeks } from '../../src/lib/periods.ts';
import { calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { addHistory } from '../lib/history.ts';
import { newPersonalDataKeys } from '../lib/keys.ts';
import { readMigrations } from '../lib/migrations.ts';
import { seed } from '../lib/seed.ts';
import { median } from './load.ts';

const ROUNDS = 41;
/** The hall of the demonstration; its days to come are the same on both sides. */
const HALL = 'yancheng';

const directory = await mkdtemp(join(tmpdir(), 'anlan-history-'));
const keys = await Keyring.open(JSON.parse(newPersonalDataKeys()) as Record<string, string>);
const now = new Date();

async function prepare(name: string, sessions: number, bookings: number): Promise<CommandContext> {
  const url = `file:${join(directory, `${name}.db`)}`;
  const db = openDatabase({ url });
  await migrate(db.$client, await readMigrations(), now);
  const ctx = { db, keys, now, requestId: newId(now) };
  await seed(ctx, url);
  await addHistory(db.$client, { hallSlug: HALL, now, sessions, bookings });
  return ctx;
}

const today = calendarDate(now);
const tomorrow = calendarDate(new Date(now.getTime() + DAY_MS));
const search = (q: string) => readList(bookingList(HALL), new URLSearchParams({ q }));
const period = recentWeeks(4, today);
const acts: Record<string, (ctx: CommandContext) => Promise<unknown>> = {
  'page of a hall': async (ctx) => hallWithSessions(ctx, HALL),
  'day sheet': (ctx) => doorLists(ctx, HALL, tomorrow),
  'check-in by code': (ctx) => findAtDoor(ctx, 'nobody', { code: 'P000000001' }),
  'search by code': (ctx) => listBookings(ctx, HALL, search('P000000001')),
  'search by number': (ctx) => listBookings(ctx, HALL, search('10000000001')),
  'waitlist sweep': (ctx) => readDueQueues(ctx, 50),
  'expiry job': (ctx) => dueExpiries(ctx, 50),
  'week to come': (ctx) =>
    readWeek(ctx, HALL, mondayOf(calendarDate(new Date(now.getTime() + 7 * DAY_MS)))),
  'figures, 4 weeks': (ctx) => readNumbers(ctx, { hall: HALL, period, subject: 'visits' }),
  'figures, a year': (ctx) =>
    readNumbers(ctx, { hall: HALL, period: recentWeeks(52, today), subject: 'visits' }),
};

try {
  const few = await prepare('few', 4, 100);
  const year = await prepare('year', 1_250, 100_000);
  console.log(`Medians of ${ROUNDS} interleaved rounds, in ms: 100 bookings, 100,000, ratio`);
  for (const [name, act] of Object.entries(acts)) {
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, ctx] of [few, year].entries()) {
        const begun = performance.now();
        await act(ctx);
        times[index]?.push(performance.now() - begun);
      }
    }
    const [little, much] = times.map(median) as [number, number];
    const cells = [little.toFixed(2), much.toFixed(2), (much / little).toFixed(2)];
    console.log(`  ${name.padEnd(20)}${cells.map((cell) => cell.padStart(10)).join('')}`);
  }
  few.db.$client.close();
  year.db.$client.close();
} finally {
  await rm(directory, { recursive: true, force: true });
}
