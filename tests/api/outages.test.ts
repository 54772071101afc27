import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { endOutage, reportOutage } from '../../src/features/outages/commands.ts';
import { placesUnder } from '../../src/features/outages/policy.ts';
import { listOutages, listSurplus } from '../../src/features/outages/queries.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { manager } from '../helpers/roles.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const DAY = 24 * 60;
const wish = {
  ...{ hallSlug: testHall.slug, what: 'exhibit:地震屋', reason: '检修' },
  ...{ fromDay: '2026-11-26', untilDay: '2026-11-27', places: '3' },
};

async function placesOf({ ctx }: World, { id }: HallSession) {
  const [found] = await ctx.db.select().from(hallSessions).where(eq(hallSessions.id, id));
  return found?.openPlaces;
}

it('lowers what sessions of its days open, also of those that open later, and gives it back', async () => {
  const world = await createWorld();
  const by = await manager(world);
  const today = await world.session();
  const tomorrow = await world.session({ startsAt: addMinutes(NOW, DAY) });
  const { outageId } = await reportOutage(world.ctx, by, wish, key());
  const hall = { ...wish, what: 'hall:', reason: '人手不够', places: '10' };
  await reportOutage(world.ctx, by, hall, key());
  const opened = await world.session({ startsAt: addMinutes(NOW, 2 * DAY) });
  expect(await placesOf(world, today)).toBe(40);
  expect(await placesOf(world, tomorrow)).toBe(3);
  expect(await placesOf(world, opened)).toBe(3);
  for (const session of [today, tomorrow, opened]) {
    expect(await placesOf(world, session)).toBe(
      placesUnder(session, await listOutages(world.ctx, testHall.slug)),
    );
  }
  await endOutage(world.ctx, by, { outageId }, key());
  expect(await placesOf(world, today)).toBe(40);
  expect(await placesOf(world, tomorrow)).toBe(10);
  expect(await placesOf(world, opened)).toBe(10);
});

it('moves and tells nobody, sells nothing more, and says who would have to move', async () => {
  const world = await createWorld();
  const by = await manager(world);
  const session = await world.session({ startsAt: addMinutes(NOW, DAY) });
  const first = await world.book((await world.person()).person, session, {
    adults: 2,
    children: 0,
  });
  const later = await world.book((await world.person()).person, session, {
    adults: 2,
    children: 0,
  });
  const queued = await world.ctx.db.$count(outboxMessages);
  const { surplus } = await listSurplus(world.ctx, testHall.slug, wish, () => 3);
  expect(surplus).toMatchObject([{ over: 1, places: 3, parties: [{ booking: { id: later } }] }]);
  await reportOutage(world.ctx, by, wish, key());
  expect(await world.ctx.db.$count(outboxMessages)).toBe(queued);
  await expect(world.book((await world.person()).person, session)).rejects.toMatchObject({
    reason: 'session_full',
  });
  const [now] = await world.ctx.db.select().from(hallSessions);
  expect(now).toMatchObject({ booked: 4, openPlaces: 3 });
  expect(first).not.toBe(later);
});

it('is its manager’s alone', async () => {
  const world = await createWorld();
  const { person } = await world.staff();
  await expect(reportOutage(world.ctx, person, wish, key())).rejects.toMatchObject({
    code: 'not_found',
  });
  const by = await manager(world);
  const { outageId } = await reportOutage(world.ctx, by, wish, key());
  await expect(endOutage(world.ctx, person, { outageId }, key())).rejects.toMatchObject({
    reason: 'outage_unknown',
  });
});
