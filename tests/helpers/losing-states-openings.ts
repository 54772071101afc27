import type { Person } from '../../src/features/accounts/table.ts';
import { createBooking, expireBookings } from '../../src/features/bookings/commands.ts';
import { saveYear } from '../../src/features/calendar/commands.ts';
import { openHall, saveHallRules } from '../../src/features/hall-rules/commands.ts';
import { FIRST_RULES, ruleTexts } from '../../src/features/hall-rules/policy.ts';
import { answerAppeal, appealNoShow, pardonSession } from '../../src/features/no-shows/commands.ts';
import { addSession, decideDay, saveWeek } from '../../src/features/openings/commands.ts';
import { endOutage, reportOutage } from '../../src/features/outages/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import {
  carryOutStops,
  liftStop,
  stopSessions,
  undoStop,
} from '../../src/features/stops/commands.ts';
import { addMinutes, calendarDate } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { addRole, manager } from './roles.ts';
import { NOW, testHall } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const DAY = 24 * 60;
const today = calendarDate(NOW);
const hallSlug = testHall.slug;
const stop = {
  ...{ hallSlug, fromDay: today, untilDay: today },
  ...{ cause: 'weather', reason: '台风红色预警' },
};
const outage = { hallSlug, what: 'hall:', reason: '检修', fromDay: today, places: '10' };
const week = { hallSlug, season: '', hours: '周二 09:00-10:15 40' };
const day = { hallSlug, day: '2026-11-27', kind: 'closed', reason: '检修', hours: '' };
const extra = { hallSlug, day: '2026-11-27', session: '18:30-19:45 40' };
const rules = { ...ruleTexts(FIRST_RULES), hallSlug };
const findVenue = async () => ({ regionCode: testHall.regionCode });
const year = {
  ...{ year: '2027', sourceTitle: '示例通知', issuedOn: '2026-11-20' },
  days: '元旦：1月1日放假',
};

/** Somebody of the hall's staff who claims to be its manager: the database asks again. */
async function pretender(world: World): Promise<Holder> {
  const { person } = await world.staff();
  return {
    id: person.id,
    roles: [{ role: 'hall_manager', scopeKind: 'hall', scopeId: hallSlug }],
  };
}

async function stopped(world: World) {
  const by = await manager(world);
  const session = await world.session();
  await world.book((await world.person()).person, session);
  const { stopId } = await stopSessions(world.ctx, by, stop, key());
  return { by, session, stopId };
}

async function missed(world: World, person: Person, days = 1) {
  const session = await world.session({ startsAt: addMinutes(NOW, days * DAY) });
  const bookingId = await world.book(person, session);
  await expireBookings(world.at(session.endsAt));
  return { session, bookingId };
}

async function appealed(world: World) {
  const by = await manager(world);
  const { person } = await world.person();
  const { bookingId } = await missed(world, person);
  const at = world.at(addMinutes(NOW, 2 * DAY));
  await appealNoShow(at, person, { bookingId, grounds: 'came' }, key());
  return { by, person, bookingId, at };
}

const state = (
  command: string,
  when: string,
  reason: string | null,
  prepare: LosingState['prepare'],
): LosingState => ({ command, state: when, reason, prepare });

export const openingStates: readonly LosingState[] = [
  state('stops.stopSessions', 'not the manager', 'hall_unknown', async (world) => {
    await world.session();
    const by = await pretender(world);
    return () => stopSessions(world.ctx, by, stop, key());
  }),
  state('stops.stopSessions', 'stopped already', 'nothing_to_stop', async (world) => {
    const { by } = await stopped(world);
    return () => stopSessions(world.ctx, by, stop, key());
  }),
  state('stops.undoStop', 'the minute is over', 'stop_in_effect', async (world) => {
    const { by, stopId } = await stopped(world);
    return () => undoStop(world.at(addMinutes(NOW, 1)), by, { stopId }, key());
  }),
  state('stops.undoStop', 'somebody else’s', 'stop_unknown', async (world) => {
    const { stopId } = await stopped(world);
    const { person } = await world.staff();
    return () => undoStop(world.ctx, person, { stopId }, key());
  }),
  state('stops.liftStop', 'not through yet', 'stop_is_not_through', async (world) => {
    const { by, stopId } = await stopped(world);
    return () => liftStop(world.at(addMinutes(NOW, 2)), by, { stopId }, key());
  }),
  state('stops.liftStop', 'lifted before', 'stop_already_undone', async (world) => {
    const { by, stopId } = await stopped(world);
    const later = world.at(addMinutes(NOW, 2));
    await carryOutStops(later);
    await liftStop(later, by, { stopId }, key());
    return () => liftStop(later, by, { stopId }, key());
  }),
  state('stops.carryOutStops', 'the minute is not over', null, async (world) => {
    await stopped(world);
    return () => carryOutStops(world.ctx);
  }),
  state('stops.carryOutStops', 'undone', null, async (world) => {
    const { by, stopId } = await stopped(world);
    await undoStop(world.ctx, by, { stopId }, key());
    return () => carryOutStops(world.at(addMinutes(NOW, 2)));
  }),
  state('bookings.createBooking', 'the session is stopped', 'session_stopped', async (world) => {
    const { session } = await stopped(world);
    const { person } = await world.person();
    const input = { sessionId: session.id, adults: 1, children: 0, contactName: '示例' };
    return () => createBooking(world.ctx, person, input, key());
  }),
  state('bookings.createBooking', 'booking is paused', 'booking_paused', async (world) => {
    const { person } = await world.person();
    await missed(world, person, 1);
    await missed(world, person, 2);
    const session = await world.session({
      startsAt: addMinutes(NOW, 4 * DAY),
      bookingOpensAt: NOW,
    });
    const input = { sessionId: session.id, adults: 1, children: 0, contactName: '示例' };
    return () => createBooking(world.at(addMinutes(NOW, 3 * DAY)), person, input, key());
  }),
  state('no-shows.appealNoShow', 'somebody else’s', 'no_show_unknown', async (world) => {
    const { bookingId } = await missed(world, (await world.person()).person);
    const stranger = (await world.person()).person;
    return () => appealNoShow(world.ctx, stranger, { bookingId, grounds: 'came' }, key());
  }),
  state('no-shows.appealNoShow', 'appealed before', 'already_appealed', async (world) => {
    const { person, bookingId, at } = await appealed(world);
    return () => appealNoShow(at, person, { bookingId, grounds: 'other' }, key());
  }),
  state('no-shows.appealNoShow', 'forgotten by now', 'no_show_not_counted', async (world) => {
    const { person } = await world.person();
    const { bookingId } = await missed(world, person);
    const late = world.at(addMinutes(NOW, 92 * DAY));
    return () => appealNoShow(late, person, { bookingId, grounds: 'other' }, key());
  }),
  state('no-shows.answerAppeal', 'not the manager', 'appeal_unknown', async (world) => {
    const { bookingId, at } = await appealed(world);
    const answer = { bookingId, decision: 'granted', reason: '示例理由' };
    const { person } = await world.staff();
    return () => answerAppeal(at, person, answer, key());
  }),
  state('no-shows.answerAppeal', 'one’s own', 'appeal_unknown', async (world) => {
    const { person, bookingId, at } = await appealed(world);
    await addRole(at, person.id, { role: 'hall_manager', scopeKind: 'hall', scopeId: hallSlug });
    const answer = { bookingId, decision: 'granted', reason: '示例理由' };
    return () => answerAppeal(at, person, answer, key());
  }),
  state('no-shows.answerAppeal', 'answered before', 'appeal_already_answered', async (world) => {
    const { by, bookingId, at } = await appealed(world);
    const answer = { bookingId, decision: 'refused', reason: '示例理由' };
    await answerAppeal(at, by, answer, key());
    return () => answerAppeal(at, by, answer, key());
  }),
  state('no-shows.pardonSession', 'not the manager', 'session_unknown', async (world) => {
    const session = await world.session();
    const { person } = await world.staff();
    const input = { sessionId: session.id, reason: '公交停运' };
    return () => pardonSession(world.ctx, person, input, key());
  }),
  state('no-shows.pardonSession', 'pardoned before', 'already_pardoned', async (world) => {
    const session = await world.session();
    const by = await manager(world);
    const input = { sessionId: session.id, reason: '公交停运' };
    await pardonSession(world.ctx, by, input, key());
    return () => pardonSession(world.ctx, by, input, key());
  }),
  state('outages.reportOutage', 'not the manager', 'hall_unknown', async (world) => {
    const { person } = await world.staff();
    return () => reportOutage(world.ctx, person, outage, key());
  }),
  state('outages.endOutage', 'ended before', 'outage_already_ended', async (world) => {
    const by = await manager(world);
    const { outageId } = await reportOutage(world.ctx, by, outage, key());
    await endOutage(world.ctx, by, { outageId }, key());
    return () => endOutage(world.ctx, by, { outageId }, key());
  }),
  state('hall-rules.openHall', 'not an administrator', 'hall_unknown', async (world) => {
    const by = await pretender(world);
    return () => openHall(world.ctx, by, findVenue, rules, key());
  }),
  state('hall-rules.openHall', 'open already', 'hall_already_open', async (world) => {
    const { person } = await world.person();
    const role = { role: 'administrator', scopeKind: 'site', scopeId: '' } as const;
    await addRole(world.ctx, person.id, role);
    const by = { id: person.id, roles: [role] };
    return () => openHall(world.ctx, by, findVenue, rules, key());
  }),
  state('hall-rules.saveHallRules', 'not the manager', 'hall_unknown', async (world) => {
    const by = await pretender(world);
    return () => saveHallRules(world.ctx, by, rules, key());
  }),
  state('openings.saveWeek', 'not the manager', 'hall_unknown', async (world) => {
    const by = await pretender(world);
    return () => saveWeek(world.ctx, by, week, key());
  }),
  state('openings.saveWeek', 'seasons overlap', 'seasons_overlap', async (world) => {
    const by = await manager(world);
    const summer = { ...week, season: '暑期', fromDay: '07-01', untilDay: '08-31' };
    await saveWeek(world.ctx, by, summer, key());
    const holidays = { ...summer, season: '高温', fromDay: '08-01', untilDay: '09-10' };
    return () => saveWeek(world.ctx, by, holidays, key());
  }),
  state('openings.decideDay', 'not the manager', 'hall_unknown', async (world) => {
    const by = await pretender(world);
    return () => decideDay(world.ctx, by, day, key());
  }),
  state('openings.decideDay', 'the day is over', 'day_out_of_range', async (world) => {
    const by = await manager(world);
    return () => decideDay(world.ctx, by, { ...day, day: '2026-11-24' }, key());
  }),
  state('openings.addSession', 'not the manager', 'hall_unknown', async (world) => {
    const by = await pretender(world);
    return () => addSession(world.ctx, by, extra, key());
  }),
  state('openings.addSession', 'one begins then', 'session_exists', async (world) => {
    const by = await manager(world);
    await addSession(world.ctx, by, extra, key());
    return () => addSession(world.ctx, by, extra, key());
  }),
  state('openings.addSession', 'too soon', 'session_too_soon', async (world) => {
    const by = await manager(world);
    const now = { ...extra, day: today, session: '08:15-09:15 40' };
    return () => addSession(world.ctx, by, now, key());
  }),
  state('calendar.saveYear', 'no administrator', 'year_not_yours', async (world) => {
    const by = await manager(world);
    return () => saveYear(world.ctx, by, year, key());
  }),
];
