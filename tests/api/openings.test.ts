import { asc, eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { saveYear } from '../../src/features/calendar/commands.ts';
import { readCalendar } from '../../src/features/calendar/queries.ts';
import { openSessions } from '../../src/features/halls/commands.ts';
import { hallSessions } from '../../src/features/halls/table.ts';
import { addSession, decideDay, saveWeek } from '../../src/features/openings/commands.ts';
import { previewOpening } from '../../src/features/openings/queries.ts';
import { calendarDate } from '../../src/lib/time.ts';
import { addRole, manager } from '../helpers/roles.ts';
import { testHall } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const hallSlug = testHall.slug;
const thursdays = { hallSlug, season: '', hours: '周四 09:00-10:15 40 现场4' };

async function sessionsOf({ ctx }: World) {
  const all = await ctx.db.select().from(hallSessions).orderBy(asc(hallSessions.startsAt));
  return all.filter(({ withdrawnAt }) => withdrawnAt === null);
}

const daysOf = async (world: World) =>
  (await sessionsOf(world)).map(({ startsAt }) => calendarDate(startsAt));

it('opens by the week that its manager has saved, and changes what nobody has booked', async () => {
  const world = await createWorld();
  const by = await manager(world);
  await saveWeek(world.ctx, by, thursdays, key());
  expect(await openSessions(world.ctx)).toBe(2);
  const [first] = await sessionsOf(world);
  await world.book((await world.person()).person, first!);
  await saveWeek(world.ctx, by, { ...thursdays, hours: '周四 09:00-10:00 30' }, key());
  expect(await openSessions(world.ctx)).toBe(1);
  // The booked one keeps what was promised.
  expect(await sessionsOf(world)).toMatchObject([
    { capacity: 40, walkInPlaces: 4 },
    { capacity: 30, openPlaces: 30, walkInPlaces: 0 },
  ]);
  expect(await openSessions(world.ctx)).toBe(0);
});

it('says beforehand what a change does, and does just that', async () => {
  const world = await createWorld();
  const by = await manager(world);
  await saveWeek(world.ctx, by, thursdays, key());
  await openSessions(world.ctx);
  const [first] = await sessionsOf(world);
  await world.book((await world.person()).person, first!);
  const [preview] = await previewOpening(world.ctx, (plan) => ({ ...plan, hours: [] }), hallSlug);
  expect(preview?.changes.surplus.map(({ startsAt }) => calendarDate(startsAt))).toEqual([
    '2026-12-03',
  ]);
  expect(preview?.changes.kept.map(({ id }) => id)).toEqual([first!.id]);
  expect(await daysOf(world)).toHaveLength(2);
});

it('closes a day, gives it other sessions, and follows the pattern again', async () => {
  const world = await createWorld();
  const by = await manager(world);
  await saveWeek(world.ctx, by, thursdays, key());
  await openSessions(world.ctx);
  const decide = async (values: object) => {
    const day = { hallSlug, day: '2026-11-26', reason: '设备检修', hours: '', ...values };
    await decideDay(world.ctx, by, day, key());
    await openSessions(world.ctx);
  };
  await decide({ kind: 'closed' });
  expect(await daysOf(world)).toEqual(['2026-12-03']);
  await decide({ kind: 'hours', hours: '18:30-19:45 20' });
  expect(await daysOf(world)).toEqual(['2026-11-26', '2026-12-03']);
  await decide({ kind: 'pattern' });
  expect((await sessionsOf(world)).map(({ capacity }) => capacity)).toEqual([40, 40]);
});

it('adds a session that the calendar never takes back', async () => {
  const world = await createWorld();
  const by = await manager(world);
  const extra = { hallSlug, day: '2026-11-27', session: '18:30-19:45 40' };
  const same = key();
  const first = await addSession(world.ctx, by, extra, same);
  await openSessions(world.ctx);
  expect(await daysOf(world)).toEqual(['2026-11-27']);
  const [row] = await world.ctx.db
    .select()
    .from(hallSessions)
    .where(eq(hallSessions.id, first.sessionId));
  expect(row).toMatchObject({ fromPattern: false, openPlaces: 40 });
});

it('takes the year’s holidays from an administrator alone, and moves the closed Monday with them', async () => {
  const world = await createWorld();
  const { person } = await world.person();
  const input = {
    ...{ year: '2026', sourceTitle: '示例通知', issuedOn: '2025-11-04' },
    days: '示例节：11月26日至11月27日放假，11月28日上班',
  };
  await expect(saveYear(world.ctx, person, input, key())).rejects.toMatchObject({
    code: 'not_found',
  });
  await addRole(world.ctx, person.id, { role: 'administrator', scopeKind: 'site', scopeId: '' });
  await saveYear(world.ctx, person, input, key());
  const calendar = await readCalendar(world.ctx, 2026);
  expect(calendar.kindOf('2026-11-26')).toBe('holiday');
  expect(calendar.isMakeUpWorkday('2026-11-28')).toBe(true);
  const by = await manager(world);
  await saveWeek(world.ctx, by, { ...thursdays, hours: '周日 09:00-10:15 40' }, key());
  await openSessions(world.ctx);
  // Holidays run like a Sunday.
  expect((await daysOf(world)).slice(0, 3)).toEqual(['2026-11-26', '2026-11-27', '2026-11-29']);
  await saveYear(world.ctx, person, { ...input, days: '' }, key());
  await openSessions(world.ctx);
  expect((await daysOf(world))[0]).toBe('2026-11-29');
});
