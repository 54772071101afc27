import { desc, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { auditEntries } from '../../src/features/audit/table.ts';
import { createBooking } from '../../src/features/bookings/commands.ts';
import { openHall, saveHallRules } from '../../src/features/hall-rules/commands.ts';
import { FIRST_RULES, ruleTexts } from '../../src/features/hall-rules/policy.ts';
import { hallOpenings } from '../../src/features/hall-rules/table.ts';
import { openSessions } from '../../src/features/halls/commands.ts';
import { halls, hallSessions } from '../../src/features/halls/table.ts';
import { saveWeek } from '../../src/features/openings/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { HeldRole } from '../../src/features/roles/table.ts';
import { addDays, calendarDate, DAY_MS, instantOf, weekdayOf } from '../../src/lib/time.ts';
import { addRole } from '../helpers/roles.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const SLUG = 'lianyungang';
const findVenue = async (slug: string) => (slug === SLUG ? { regionCode: '320700' } : undefined);
const asTyped = { ...ruleTexts(FIRST_RULES), hallSlug: SLUG };

async function holding(world: World, held: HeldRole): Promise<Holder> {
  const { person } = await world.person();
  await addRole(world.ctx, person.id, held);
  return { id: person.id, roles: [held] };
}
const administrator = (world: World) =>
  holding(world, { role: 'administrator', scopeKind: 'site', scopeId: '' });
const manager = (world: World) =>
  holding(world, { role: 'hall_manager', scopeKind: 'hall', scopeId: SLUG });

const rulesOf = async ({ ctx }: World) =>
  (await ctx.db.select().from(halls).where(eq(halls.slug, SLUG)))[0];
const coming = ({ ctx }: World) =>
  ctx.db
    .select()
    .from(hallSessions)
    .where(eq(hallSessions.hallSlug, SLUG))
    .orderBy(hallSessions.startsAt);

describe('opening a hall to bookings', () => {
  it('leads from nothing to a booked family, through its administrator and its manager', async () => {
    const world = await createWorld();
    const by = await administrator(world);
    await openHall(world.ctx, by, findVenue, asTyped, key());
    expect(await rulesOf(world)).toMatchObject({
      ...FIRST_RULES,
      regionCode: '320700',
      lateMinutes: 15,
    });
    expect(await world.ctx.db.select().from(hallOpenings)).toEqual([
      { hallSlug: SLUG, openedBy: by.id, openedAt: NOW },
    ]);
    expect(await openSessions(world.ctx)).toBe(0);
    const week = { hallSlug: SLUG, season: '', fromDay: '', untilDay: '' };
    const hours =
      '周二 09:00-10:15 40\n周三 09:00-10:15 40\n周四 09:00-10:15 40\n周五 09:00-10:15 40';
    await saveWeek(world.ctx, await manager(world), { ...week, hours }, key());
    await openSessions(world.ctx);
    const sessions = await coming(world);
    expect(sessions.length).toBeGreaterThan(0);
    const session = sessions.find(({ bookingOpensAt }) => bookingOpensAt <= NOW)!;
    const family = (await world.person()).person;
    const party = { sessionId: session.id, adults: 2, children: 2, contactName: '示例王芳' };
    const { bookingId } = await createBooking(world.ctx, family, party, key());
    expect(bookingId).toMatch(/^[\da-f-]{36}$/);
  });

  it('happens once, whoever else presses, and once for each key', async () => {
    const world = await createWorld();
    const [first, second] = [await administrator(world), await administrator(world)];
    const formKey = key();
    const once = () => openHall(world.ctx, first, findVenue, asTyped, formKey);
    const answers = await Promise.allSettled([
      once(),
      openHall(world.ctx, second, findVenue, asTyped, key()),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const lost = answers.find((one) => one.status === 'rejected')!;
    expect(lost.reason).toMatchObject({ reason: 'hall_already_open' });
    const entries = await world.ctx.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, 'hall.open'));
    expect(entries).toHaveLength(1);
    if (answers[0].status === 'fulfilled') expect(await once()).toEqual({ hallSlug: SLUG });
  });

  it.each([
    ['an unknown hall', { hallSlug: 'nowhere' }, 'hall_unknown'],
    ['a gap between family and group', { partyMax: '10', groupMin: '15' }, 'invalid_input'],
    ['a large party beyond the largest', { partyMax: '5', largePartyMin: '6' }, 'invalid_input'],
    ['sales of one day alone', { bookingWindowDays: '1' }, 'invalid_input'],
    ['a rule that is left out', { closureWeekday: undefined }, 'invalid_input'],
    ['an eighth day of the week', { closureWeekday: '8' }, 'invalid_input'],
  ])('refuses %s', async (_, wrong, reason) => {
    const world = await createWorld();
    const by = await administrator(world);
    const asked = openHall(world.ctx, by, findVenue, { ...asTyped, ...wrong }, key());
    await expect(asked).rejects.toMatchObject({ reason });
    expect(await rulesOf(world)).toBeUndefined();
  });

  it('is for administrators, whatever the program believes', async () => {
    const world = await createWorld();
    const manages = await holding(world, {
      role: 'hall_manager',
      scopeKind: 'hall',
      scopeId: 'yancheng',
    });
    const asked = openHall(world.ctx, manages, findVenue, asTyped, key());
    await expect(asked).rejects.toMatchObject({ reason: 'hall_unknown' });
    const role = { role: 'administrator', scopeKind: 'site', scopeId: '' } as const;
    const pretender = { id: manages.id, roles: [role] };
    const tried = openHall(world.ctx, pretender, findVenue, asTyped, key());
    await expect(tried).rejects.toMatchObject({ reason: 'opening_not_yours' });
    expect(await rulesOf(world)).toBeUndefined();
  });
});

describe('a hall’s rules', () => {
  it('leave the limits of sessions that stand there, and give them to those opened later', async () => {
    const world = await createWorld();
    await openHall(world.ctx, await administrator(world), findVenue, asTyped, key());
    const by = await manager(world);
    // The day after tomorrow and the days before it next week.
    const weekday = weekdayOf(addDays(calendarDate(NOW), 2));
    const day = '一二三四五六日'[weekday - 1];
    const week = { hallSlug: SLUG, season: '', fromDay: '', untilDay: '' };
    await saveWeek(world.ctx, by, { ...week, hours: `周${day} 09:00-10:15 40` }, key());
    const open = { ...asTyped, closureWeekday: '' };
    await saveHallRules(world.ctx, by, open, key());
    await openSessions(world.ctx);
    const before = await coming(world);
    expect(before.length).toBeGreaterThan(0);
    await saveHallRules(
      world.ctx,
      by,
      { ...open, partyMax: '20', bookingClosesMinutes: '60' },
      key(),
    );
    const later = world.at(new Date(NOW.getTime() + 7 * DAY_MS));
    await openSessions(later);
    const after = await coming(world);
    expect(after.slice(0, before.length)).toEqual(before);
    const added = after.at(-1)!;
    expect(after.length).toBeGreaterThan(before.length);
    expect(added.partyMax).toBe(20);
    expect(added.startsAt.getTime() - added.bookingClosesAt.getTime()).toBe(3_600_000);
    const [entry] = await world.ctx.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, 'hall_rules.save'))
      .orderBy(desc(auditEntries.sequence));
    expect(JSON.parse(entry!.details)).toMatchObject({ partyMax: 20, bookingClosesMinutes: 60 });
  });

  it('close from now on the day that they name', async () => {
    const world = await createWorld();
    await openHall(world.ctx, await administrator(world), findVenue, asTyped, key());
    const by = await manager(world);
    const date = addDays(calendarDate(NOW), 2);
    const weekday = weekdayOf(date);
    const week = { hallSlug: SLUG, season: '', fromDay: '', untilDay: '' };
    const hours = `周${'一二三四五六日'[weekday - 1]} 09:00-10:15 40`;
    await saveHallRules(world.ctx, by, { ...asTyped, closureWeekday: '' }, key());
    await saveWeek(world.ctx, by, { ...week, hours }, key());
    await openSessions(world.ctx);
    const ofDay = async () =>
      (await coming(world)).filter(
        ({ startsAt, withdrawnAt }) =>
          startsAt.getTime() === instantOf(date, 9 * 60).getTime() && withdrawnAt === null,
      );
    expect(await ofDay()).toHaveLength(1);
    await saveHallRules(world.ctx, by, { ...asTyped, closureWeekday: String(weekday) }, key());
    await openSessions(world.ctx);
    expect(await ofDay()).toEqual([]);
  });

  it('are the manager’s alone, and leave nobody without a way in', async () => {
    const world = await createWorld();
    await openHall(world.ctx, await administrator(world), findVenue, asTyped, key());
    const elsewhere = await holding(world, {
      role: 'hall_manager',
      scopeKind: 'hall',
      scopeId: 'yancheng',
    });
    const asked = saveHallRules(world.ctx, elsewhere, asTyped, key());
    await expect(asked).rejects.toMatchObject({ reason: 'hall_unknown' });
    const pretender = {
      id: elsewhere.id,
      roles: [{ role: 'hall_manager', scopeKind: 'hall', scopeId: SLUG } as const],
    };
    const tried = saveHallRules(world.ctx, pretender, { ...asTyped, partyMax: '16' }, key());
    await expect(tried).rejects.toMatchObject({ reason: 'hall_unknown' });
    const gap = world.ctx.db.update(halls).set({ groupMin: 40 }).where(eq(halls.slug, SLUG));
    await expect(gap).rejects.toMatchObject({
      cause: { message: expect.stringContaining('party_gap') },
    });
    expect(await rulesOf(world)).toMatchObject({ partyMax: 14, groupMin: 15 });
  });
});
