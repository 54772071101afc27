import { describe, expect, it } from 'vitest';
import { seedPast } from '../../scripts/lib/seed-past.ts';
import { seedVolunteers } from '../../scripts/lib/seed-volunteers.ts';
import { people } from '../../src/features/accounts/table.ts';
import { contactNameOf } from '../../src/features/bookings/queries.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import { readPublicFeedback } from '../../src/features/feedback/queries.ts';
import { hallHours, hallSessions } from '../../src/features/halls/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { totalsOf } from '../../src/features/numbers/policy.ts';
import { readNumbers } from '../../src/features/numbers/queries.ts';
import { volunteerHours } from '../../src/features/volunteers/table.ts';
import { recentWeeks } from '../../src/lib/periods.ts';
import { calendarDate } from '../../src/lib/time.ts';
import { manager } from '../helpers/roles.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { createWorld } from '../helpers/world.ts';

const HALL = testHall.slug;

describe('the demonstration’s past', () => {
  it('is eight weeks that every guard agrees with, told to nobody, and shown by the figures', async () => {
    const world = await createWorld();
    const { ctx } = world;
    const hours = Array.from({ length: 7 }, (_, day) =>
      [9, 14].map((hour) => ({
        ...{
          hallSlug: HALL,
          weekday: day + 1,
          startsMinute: hour * 60,
          endsMinute: hour * 60 + 75,
        },
        ...{ capacity: 40, groupPlaces: hour === 9 && day !== 5 ? 30 : 0, walkInPlaces: 4 },
      })),
    );
    await ctx.db.insert(hallHours).values(hours.flat());
    const by = await manager(world);
    const { person: staff } = await world.staff();
    const sessions = await seedPast(ctx, HALL, { manager: by, staff });
    expect(sessions).toBeGreaterThan(90);
    expect(await seedPast(ctx, HALL, { manager: by, staff })).toBe(0);

    const period = recentWeeks(9, calendarDate(NOW));
    const numbers = await readNumbers(ctx, { hall: HALL, period, subject: 'visits' });
    const totals = totalsOf(numbers);
    expect(totals.sessions).toBe(sessions);
    expect(totals.use).toBeGreaterThan(35);
    expect(totals.noShow).toBeGreaterThan(3);
    expect(totals.walkIns).toBeGreaterThan(10);
    expect(numbers.scores.length).toBeGreaterThan(2);
    expect(numbers.groups.length).toBeGreaterThan(0);
    const { words } = await readPublicFeedback(ctx, HALL);
    expect(words.length).toBeGreaterThan(0);

    // Whoever is in it reads as an example, and can be read at all.
    const everybody = new Map((await ctx.db.select().from(people)).map((one) => [one.id, one]));
    for (const booking of (await ctx.db.select().from(bookings)).slice(0, 25)) {
      const name = await contactNameOf(ctx, booking, everybody.get(booking.personId)!);
      expect(name).toMatch(/^示例/);
    }
    const all = await ctx.db.select().from(hallSessions);
    expect(all.every(({ booked, openPlaces }) => booked <= openPlaces)).toBe(true);
    const sent = await ctx.db.select().from(outboxMessages);
    expect(sent.filter(({ template }) => /^(booking|no_show|group)/.test(template))).toEqual([]);

    const volunteers = [];
    for (let nth = 0; nth < 3; nth += 1) volunteers.push((await world.person()).person);
    const door = { id: staff.id, roles: [] };
    await world.session();
    await seedVolunteers(ctx, HALL, { manager: by, staff: door, volunteers });
    expect(await ctx.db.select().from(volunteerHours)).toMatchObject([{ minutes: 75 }]);
  });
});
