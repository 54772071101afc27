import { recordDoorEvent } from '../../src/features/door/commands.ts';
import { createGroupRequest } from '../../src/features/groups/commands.ts';
import { findOwnGroup } from '../../src/features/groups/queries.ts';
import { moveParties } from '../../src/features/moves/commands.ts';
import { planText } from '../../src/features/moves/policy.ts';
import { planMoves } from '../../src/features/moves/queries.ts';
import { endOutage, reportOutage } from '../../src/features/outages/commands.ts';
import { releaseLatePlaces, saveLateRule } from '../../src/features/releases/commands.ts';
import { lapseReplacements, takeReplacement } from '../../src/features/replacements/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { carryOutStops, stopSessions } from '../../src/features/stops/commands.ts';
import { addMinutes, calendarDate } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { manager } from './roles.ts';
import { NOW, testHall } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const DAY = 24 * 60;
const hallSlug = testHall.slug;
const DOOR = { role: 'hall_staff', scopeKind: 'hall', scopeId: hallSlug } as const;

/** Somebody of the hall's staff who claims to be its manager: the database asks again. */
async function pretender(world: World): Promise<Holder> {
  const { person } = await world.staff();
  return { id: person.id, roles: [{ ...DOOR, role: 'hall_manager' }] };
}

/** Two families, of which one has to leave its session, and a plan for it. */
async function overfull(world: World) {
  const by = await manager(world);
  const session = await world.session({ startsAt: addMinutes(NOW, DAY) });
  const beside = await world.session({ startsAt: addMinutes(NOW, DAY + 90), capacity: 2 });
  const two = { adults: 2, children: 0 };
  for (let nth = 0; nth < 2; nth += 1) {
    await world.book((await world.person()).person, session, two);
  }
  const wish = { hallSlug, what: 'hall:', reason: '检修', fromDay: '2026-11-26', places: '2' };
  const { outageId } = await reportOutage(world.ctx, by, wish, key());
  const { moves } = (await planMoves(world.ctx, hallSlug, outageId))!.plan;
  return { by, beside, input: { hallSlug, outageId, plan: planText(moves) } };
}

/** A class whose session the hall has stopped, with what it holds instead. */
async function replaced(world: World) {
  const by = await manager(world);
  const pool = { capacity: 44, groupPlaces: 44 };
  const lost = await world.session({ startsAt: addMinutes(NOW, 7 * DAY), ...pool });
  await world.session({ startsAt: addMinutes(NOW, 9 * DAY), ...pool });
  const leader = (await world.person()).person;
  const part = { sessionId: lost.id, label: '一班', adults: 4, boys: 20, girls: 20, others: 0 };
  const { requestId } = await createGroupRequest(
    world.ctx,
    leader,
    {
      ...{ hallSlug, kind: 'school', groupName: '示例第一小学', leaderName: '示例陈静' },
      ...{ buses: 1, lunch: false, needs: '', classes: [part] },
    },
    key(),
  );
  const day = calendarDate(lost.startsAt);
  const stop = { hallSlug, fromDay: day, untilDay: day, cause: 'equipment', reason: '停电' };
  await stopSessions(world.ctx, by, stop, key());
  const later = world.at(addMinutes(NOW, 1));
  await carryOutStops(later);
  const group = await findOwnGroup(world.ctx, leader.id, requestId);
  return { leader, later, input: { bookingId: group!.classes[0]!.booking.id } };
}

/** A family that has not come in time, and walk-ins who have its places. */
async function late(world: World) {
  const { person } = await world.staff();
  const staff = { id: person.id, roles: [DOOR] };
  const startsAt = addMinutes(NOW, 10);
  const closes = addMinutes(NOW, 60);
  const session = await world.session({ startsAt, bookingClosesAt: closes, capacity: 3 });
  const owner = (await world.person()).person;
  const bookingId = await world.book(owner, session, { adults: 3, children: 0 });
  const at = (minutes: number) => world.at(addMinutes(startsAt, minutes));
  const record = (input: object, minutes: number) =>
    recordDoorEvent(at(minutes), staff, { hallSlug, ...input }, key());
  return { session, bookingId, at, record };
}

const state = (
  command: string,
  when: string,
  reason: string | null,
  prepare: LosingState['prepare'],
): LosingState => ({ command, state: when, reason, prepare });

export const madeGoodStates: readonly LosingState[] = [
  state('moves.moveParties', 'not the manager', 'outage_unknown', async (world) => {
    const { input } = await overfull(world);
    const by = await pretender(world);
    return () => moveParties(world.ctx, by, input, key());
  }),
  state('moves.moveParties', 'the outage is over', 'outage_unknown', async (world) => {
    const { by, input } = await overfull(world);
    await endOutage(world.ctx, by, input, key());
    return () => moveParties(world.ctx, by, input, key());
  }),
  state('moves.moveParties', 'a place has gone meanwhile', 'plan_overtaken', async (world) => {
    const { by, beside, input } = await overfull(world);
    await world.book((await world.person()).person, beside);
    return () => moveParties(world.ctx, by, input, key());
  }),
  state('moves.moveParties', 'moved before', 'plan_overtaken', async (world) => {
    const { by, input } = await overfull(world);
    await moveParties(world.ctx, by, input, key());
    return () => moveParties(world.ctx, by, input, key());
  }),
  state('moves.moveParties', 'they may be on the way', 'plan_overtaken', async (world) => {
    const { by, input } = await overfull(world);
    return () => moveParties(world.at(addMinutes(NOW, DAY - 20)), by, input, key());
  }),
  state('releases.releaseLatePlaces', 'they still have time', null, async (world) => {
    const { at } = await late(world);
    return () => releaseLatePlaces(at(14));
  }),
  state('releases.releaseLatePlaces', 'released before', null, async (world) => {
    const { at } = await late(world);
    await releaseLatePlaces(at(15));
    return () => releaseLatePlaces(at(16));
  }),
  state('releases.saveLateRule', 'not the manager', 'hall_unknown', async (world) => {
    const by = await pretender(world);
    return () => saveLateRule(world.ctx, by, { hallSlug, lateMinutes: '20' }, key());
  }),
  state('door.recordDoorEvent', 'too late, and no room', 'places_given_away', async (world) => {
    const { at, record, session, bookingId } = await late(world);
    await releaseLatePlaces(at(15));
    await record({ sessionId: session.id, people: '1' }, 16);
    return () => record({ bookingId }, 17);
  }),
  state('door.recordDoorEvent', 'to another zone from outside', 'not_inside', async (world) => {
    const { record, bookingId } = await late(world);
    return () => record({ act: 'move', zone: '地质灾害', bookingId }, 1);
  }),
  state('replacements.takeReplacement', 'somebody else’s', 'booking_unknown', async (world) => {
    const { later, input } = await replaced(world);
    const { person } = await world.person();
    return () => takeReplacement(later, person, input, key());
  }),
  state('replacements.takeReplacement', 'too late', 'replacement_gone', async (world) => {
    const { leader, input } = await replaced(world);
    const lapsed = world.at(addMinutes(NOW, 3 * DAY + 1));
    return () => takeReplacement(lapsed, leader, input, key());
  }),
  state('replacements.takeReplacement', 'taken before', 'replacement_gone', async (world) => {
    const { later, leader, input } = await replaced(world);
    await takeReplacement(later, leader, input, key());
    return () => takeReplacement(later, leader, input, key());
  }),
  state('replacements.lapseReplacements', 'not due', null, async (world) => {
    const { later } = await replaced(world);
    return () => lapseReplacements(later);
  }),
];
