import fc from 'fast-check';
import type { Person } from '../../src/features/accounts/table.ts';
import {
  cancelBooking,
  changeBooking,
  createBooking,
  expireBookings,
  markArrival,
} from '../../src/features/bookings/commands.ts';
import type { Booking } from '../../src/features/bookings/table.ts';
import {
  acceptForCaller,
  leaveForCaller,
  waitForCaller,
} from '../../src/features/caller-waits/commands.ts';
import {
  bookForCaller,
  cancelForCaller,
  changeForCaller,
} from '../../src/features/callers/commands.ts';
import { signCall } from '../../src/features/callers/queries.ts';
import { recordDoorEvent, recordDoorEvents } from '../../src/features/door/commands.ts';
import { lapseGroups, remindOfGroups } from '../../src/features/group-holds/commands.ts';
import {
  acceptCounterOffer,
  answerGroupRequest,
  changeGroupCounts,
  createGroupRequest,
  withdrawGroupRequest,
} from '../../src/features/groups/commands.ts';
import { releaseGroupPlaces } from '../../src/features/halls/commands.ts';
import type { HallSession } from '../../src/features/halls/table.ts';
import { moveParties } from '../../src/features/moves/commands.ts';
import { planMoves } from '../../src/features/moves/queries.ts';
import { endOutage, reportOutage } from '../../src/features/outages/commands.ts';
import { releaseLatePlaces } from '../../src/features/releases/commands.ts';
import { lapseReplacements, takeReplacement } from '../../src/features/replacements/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import {
  carryOutStops,
  liftStop,
  stopSessions,
  undoStop,
} from '../../src/features/stops/commands.ts';
import {
  joinWaitlist,
  leaveWaitlist,
  promoteEntry,
  serveWaitlists,
} from '../../src/features/waitlist/commands.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { addMinutes, calendarDate, MINUTE_MS } from '../../src/lib/time.ts';
import { doorDevice } from './door.ts';
import { sizeOf, type Truth } from './hall-truth.ts';
import { testHall } from './session.ts';

/** Who plays: families, leaders of groups, callers by their numbers, and the hall's staff. */
export interface Cast {
  families: Person[];
  leaders: Person[];
  callers: string[];
  staff: Holder;
  manager: Holder;
}

/** One thing that somebody does. The numbers choose among what is there by then, so that any sequence can be played. */
export interface Act {
  kind: ActKind;
  who: number;
  session: number;
  size: number;
  nth: number;
}

interface Stage {
  ctx: CommandContext;
  cast: Cast;
  truth: Truth;
}

const HALL = testHall.slug;
const key = () => crypto.randomUUID();

/** Nothing there that it could be done to. */
export class Nothing extends Error {}

/** The one that the numbers mean, counted from the newest. */
function chosen<Row>(rows: readonly Row[], nth: number): Row {
  const found = rows.at(-1 - (nth % Math.max(rows.length, 1)));
  if (found === undefined) throw new Nothing();
  return found;
}

const atIndex = <Row>(rows: readonly Row[], index: number): Row => rows[index % rows.length]!;
const sessionOf = ({ sessions }: Truth, { session }: Act): HallSession =>
  atIndex(sessions, session);

const party = (size: number) => ({ adults: 1, children: size - 1, contactName: '示例' });
const numbers = (size: number) => ({ adults: 1, children: size - 1 });

const familyOf = ({ cast }: Stage, { who }: Act) => atIndex(cast.families, who);

/** A family's visit to come. */
function visitIn({ truth, cast }: Stage, { who }: Act): { booking: Booking; person: Person } {
  const visits = truth.bookings.flatMap((booking) => {
    const person = cast.families.find(({ id }) => id === booking.personId);
    return person && booking.state === 'booked' ? [{ booking, person }] : [];
  });
  return chosen(visits, who);
}

function callersBooking({ truth }: Stage, { nth }: Act): Booking {
  return chosen(
    truth.bookings.filter(({ bookedBy, state }) => bookedBy !== null && state === 'booked'),
    nth,
  );
}

/** A family that waits, or that was offered something. */
function waitIn({ truth, cast }: Stage, states: readonly string[], { who }: Act) {
  const waits = truth.entries.flatMap((entry) => {
    const person = cast.families.find(({ id }) => id === entry.personId);
    return person && states.includes(entry.state) ? [{ entry, person }] : [];
  });
  return chosen(waits, who);
}

/** Somebody who waits by telephone, and has just said code and digits. */
async function callersWait({ ctx, cast, truth }: Stage, states: readonly string[], { nth }: Act) {
  const { id: entryId } = chosen(
    truth.entries.filter(({ joinedBy, state }) => joinedBy !== null && states.includes(state)),
    nth,
  );
  return { entryId, proof: await signCall(ctx, entryId, cast.staff.id) };
}

function requestIn({ truth, cast }: Stage, states: readonly string[], { nth }: Act) {
  const request = chosen(
    truth.requests.filter(({ state }) => states.includes(state)),
    nth,
  );
  return { request, leader: cast.leaders.find(({ id }) => id === request.personId)! };
}

const classesOf = ({ truth }: Stage, requestId: string) =>
  truth.bookings.filter(
    ({ groupRequestId, state }) => groupRequestId === requestId && state === 'booked',
  );

/** Sessions that have places for groups: the later ones. */
const groupSessions = ({ sessions }: Truth) => sessions.slice(2);

/** A class of so many: one adult for each five. */
const classCounts = (size: number) => ({
  ...{ adults: 1 + Math.floor(size / 5), boys: 0, girls: 0, others: size - Math.floor(size / 5) },
});

const answer = (decision: 'approved' | 'refused') => async (stage: Stage, act: Act) => {
  const { request } = requestIn(stage, ['asked'], act);
  const input = { requestId: request.id, decision, reason: '示例原因' };
  await answerGroupRequest(stage.ctx, stage.cast.manager, input, key());
};

const ofGroup =
  (command: typeof withdrawGroupRequest, states: readonly string[]) =>
  async (stage: Stage, act: Act) => {
    const { request, leader } = requestIn(stage, states, act);
    await command(stage.ctx, leader, { requestId: request.id }, key());
  };

const ofStop =
  (command: typeof undoStop, states: readonly string[]) => async (stage: Stage, act: Act) => {
    const { id: stopId } = chosen(
      stage.truth.stops.filter(({ state }) => states.includes(state)),
      act.nth,
    );
    await command(stage.ctx, stage.cast.manager, { stopId }, key());
  };

const openDoors = ({ sessions }: Truth, now: Date) =>
  sessions.filter(({ arrivalOpensAt, endsAt }) => arrivalOpensAt <= now && now < endsAt);

/** Somebody of the day's list at an open door, whatever has become of the booking. */
function atDoor({ truth, ctx }: Stage, { nth }: Act): Booking {
  const open = openDoors(truth, ctx.now);
  return chosen(
    truth.bookings.filter(({ sessionId }) => open.some(({ id }) => id === sessionId)),
    nth,
  );
}

/** Sessions that do not let in yet: first those in which something happens to somebody. */
function visited({ truth: { sessions }, ctx }: Stage): HallSession[] {
  const coming = sessions.filter(({ arrivalOpensAt }) => ctx.now < arrivalOpensAt);
  const [busy, quiet] = [true, false].map((isBusy) =>
    coming.filter(({ booked, stopId }) => (booked > 0 && stopId === null) === isBusy),
  );
  const found = [...(busy ?? []), ...(quiet ?? [])];
  if (found.length === 0) throw new Nothing();
  return found;
}

/** What a device without a link noted some minutes ago, and tells now. */
async function tell(
  { ctx, cast, truth }: Stage,
  sessionId: string,
  bookingId: string | null,
  people: number,
) {
  const session = truth.sessions.find(({ id }) => id === sessionId)!;
  if (ctx.now < session.arrivalOpensAt) throw new Nothing();
  const device = doorDevice(sessionId, addMinutes(ctx.now, -5));
  const event = device.note({ bookingId, people });
  const { outcomes } = await recordDoorEvents(ctx, cast.staff, device.batch([event], 5));
  const refused = outcomes.find(({ outcome }) => outcome === 'refused');
  if (refused) throw new DomainError('conflict', refused.reason ?? '', refused.message ?? '');
}

const perform = {
  book: async (stage: Stage, act: Act) => {
    const input = { ...party(act.size), sessionId: sessionOf(stage.truth, act).id };
    await createBooking(stage.ctx, familyOf(stage, act), input, key());
  },
  bookByPhone: async (stage: Stage, act: Act) => {
    const phone = atIndex(stage.cast.callers, act.who);
    const input = { ...party(act.size), phone, sessionId: sessionOf(stage.truth, act).id };
    await bookForCaller(stage.ctx, stage.cast.staff, HALL, input, key());
  },
  change: async (stage: Stage, act: Act) => {
    const { booking, person } = visitIn(stage, act);
    const bookingId = booking.id;
    const sessionId = sessionOf(stage.truth, act).id;
    await changeBooking(stage.ctx, person, { ...numbers(act.size), bookingId, sessionId }, key());
  },
  resize: async (stage: Stage, act: Act) => {
    const { booking, person } = visitIn(stage, act);
    const { id: bookingId, sessionId } = booking;
    await changeBooking(stage.ctx, person, { ...numbers(act.size), bookingId, sessionId }, key());
  },
  changeByPhone: async (stage: Stage, act: Act) => {
    const { id: bookingId } = callersBooking(stage, act);
    const proof = await signCall(stage.ctx, bookingId, stage.cast.staff.id);
    const change = { ...numbers(act.size), bookingId, sessionId: sessionOf(stage.truth, act).id };
    await changeForCaller(stage.ctx, stage.cast.staff, HALL, { ...change, proof }, key());
  },
  cancel: async (stage: Stage, act: Act) => {
    const { booking, person } = visitIn(stage, act);
    await cancelBooking(stage.ctx, person, { bookingId: booking.id }, key());
  },
  cancelByPhone: async (stage: Stage, act: Act) => {
    const { id: bookingId } = callersBooking(stage, act);
    const proof = await signCall(stage.ctx, bookingId, stage.cast.staff.id);
    await cancelForCaller(stage.ctx, stage.cast.staff, HALL, { bookingId, proof }, key());
  },
  join: async (stage: Stage, act: Act) => {
    const leastPlaces = 1 + (act.nth % act.size);
    const wanted = { ...party(act.size), leastPlaces, sessionId: sessionOf(stage.truth, act).id };
    await joinWaitlist(stage.ctx, familyOf(stage, act), wanted, key());
  },
  leave: async (stage: Stage, act: Act) => {
    const { person, entry } = waitIn(stage, ['waiting', 'offered'], act);
    await leaveWaitlist(stage.ctx, person, { entryId: entry.id }, key());
  },
  accept: async (stage: Stage, act: Act) => {
    const { person, entry } = waitIn(stage, ['offered'], act);
    const offer = stage.truth.offers.find(({ entryId }) => entryId === entry.id)!;
    const places = Math.max(1, offer.places - (act.nth % 2));
    const input = { ...party(places), sessionId: entry.sessionId, offerId: offer.id };
    await createBooking(stage.ctx, person, input, key());
  },
  joinByPhone: async (stage: Stage, act: Act) => {
    const phone = atIndex(stage.cast.callers, act.who);
    const leastPlaces = 1 + (act.nth % act.size);
    const sessionId = sessionOf(stage.truth, act).id;
    const input = { ...party(act.size), phone, leastPlaces, sessionId };
    await waitForCaller(stage.ctx, stage.cast.staff, HALL, input, key());
  },
  acceptByPhone: async (stage: Stage, act: Act) => {
    const input = await callersWait(stage, ['offered'], act);
    await acceptForCaller(stage.ctx, stage.cast.staff, HALL, input, key());
  },
  leaveByPhone: async (stage: Stage, act: Act) => {
    const input = await callersWait(stage, ['waiting', 'offered'], act);
    await leaveForCaller(stage.ctx, stage.cast.staff, HALL, input, key());
  },
  promote: async (stage: Stage, act: Act) => {
    const { id: entryId } = chosen(
      stage.truth.entries.filter(({ state }) => state === 'waiting'),
      act.nth,
    );
    await promoteEntry(stage.ctx, stage.cast.manager, { entryId, reason: '示例原因' }, key());
  },
  askForGroup: async (stage: Stage, act: Act) => {
    const sessions = groupSessions(stage.truth);
    const classes = Array.from({ length: 1 + (act.nth % 2) }, (_, index) => ({
      ...classCounts(4 + act.size),
      label: `${index + 1}班`,
      sessionId: atIndex(sessions, act.session + index).id,
    }));
    const who = { kind: 'school', groupName: '示例小学', leaderName: '示例' };
    const input = { hallSlug: HALL, ...who, buses: 0, lunch: false, classes };
    await createGroupRequest(stage.ctx, atIndex(stage.cast.leaders, act.who), input, key());
  },
  approve: answer('approved'),
  refuse: answer('refused'),
  counter: async (stage: Stage, act: Act) => {
    const { request } = requestIn(stage, ['asked'], act);
    const { id: bookingId, sessionId } = chosen(classesOf(stage, request.id), act.who);
    const to = groupSessions(stage.truth).find(({ id }) => id !== sessionId)!.id;
    const moves = [{ bookingId, sessionId: to }];
    const input = { requestId: request.id, decision: 'countered', reason: '示例原因', moves };
    await answerGroupRequest(stage.ctx, stage.cast.manager, input, key());
  },
  acceptCounter: ofGroup(acceptCounterOffer, ['countered']),
  withdraw: ofGroup(withdrawGroupRequest, ['asked', 'countered', 'approved']),
  recount: async (stage: Stage, act: Act) => {
    const { request, leader } = requestIn(stage, ['asked', 'approved'], act);
    const { id: bookingId } = chosen(classesOf(stage, request.id), act.who);
    await changeGroupCounts(stage.ctx, leader, { bookingId, ...classCounts(3 + act.size) }, key());
  },
  /** One class of a group stays at home. */
  dropClass: async (stage: Stage, act: Act) => {
    const { request, leader } = requestIn(stage, ['asked', 'countered', 'approved'], act);
    const { id: bookingId } = chosen(classesOf(stage, request.id), act.who);
    await cancelBooking(stage.ctx, leader, { bookingId }, key());
  },
  arrive: async (stage: Stage, act: Act) => {
    const { id: bookingId } = atDoor(stage, act);
    await markArrival(stage.ctx, stage.cast.staff, { bookingId }, key());
  },
  /** In parts: as many as the numbers say, or all that are still expected. */
  enter: async (stage: Stage, act: Act) => {
    const booking = atDoor(stage, act);
    const people = act.who % 2 === 0 ? '' : String(1 + (act.size % sizeOf(booking)));
    const input = { hallSlug: HALL, act: 'in', bookingId: booking.id, people };
    await recordDoorEvent(stage.ctx, stage.cast.staff, input, key());
  },
  /** Noted without a link a while ago, and told now. */
  enterOffline: async (stage: Stage, act: Act) => {
    const booking = chosen(stage.truth.bookings, act.nth);
    await tell(stage, booking.sessionId, booking.id, 1 + (act.size % sizeOf(booking)));
  },
  walkIn: async (stage: Stage, act: Act) => {
    const open = openDoors(stage.truth, stage.ctx.now);
    const { id: sessionId } = chosen(open, act.session);
    const input = { hallSlug: HALL, act: 'in', sessionId, people: String(act.size) };
    await recordDoorEvent(stage.ctx, stage.cast.staff, input, key());
  },
  walkInOffline: (stage: Stage, act: Act) =>
    tell(stage, sessionOf(stage.truth, act).id, null, act.size),
  /** A slip at the door is taken back. */
  undoEntry: async (stage: Stage, act: Act) => {
    const recent = stage.truth.door.filter(
      ({ kind, happenedAt, id }) =>
        kind === 'in' &&
        stage.ctx.now.getTime() - happenedAt.getTime() <= MINUTE_MS &&
        !id.startsWith('arrival-'),
    );
    const { id: undoes } = chosen(recent, act.nth);
    const input = { hallSlug: HALL, act: 'undo', undoes };
    await recordDoorEvent(stage.ctx, stage.cast.staff, input, key());
  },
  stop: async (stage: Stage, act: Act) => {
    const { id: sessionId, startsAt } = atIndex(visited(stage), act.nth);
    const day = calendarDate(startsAt);
    const scope = { hallSlug: HALL, sessionId, fromDay: day, untilDay: day };
    const input = { ...scope, cause: 'equipment', reason: '示例原因' };
    await stopSessions(stage.ctx, stage.cast.manager, input, key());
  },
  undoStop: ofStop(undoStop, ['announced']),
  liftStop: ofStop(liftStop, ['done']),
  outage: async (stage: Stage, act: Act) => {
    const fromDay = calendarDate(atIndex(visited(stage), act.nth).startsAt);
    const input = { hallSlug: HALL, what: 'hall:', reason: '示例原因', fromDay, untilDay: fromDay };
    await reportOutage(stage.ctx, stage.cast.manager, { ...input, places: act.size }, key());
  },
  endOutage: async (stage: Stage, act: Act) => {
    const { id: outageId } = chosen(
      stage.truth.outages.filter(({ state }) => state === 'active'),
      act.nth,
    );
    await endOutage(stage.ctx, stage.cast.manager, { outageId }, key());
  },
  /** The hall moves whom an outage leaves without places, as its rule proposes. */
  move: async (stage: Stage, act: Act) => {
    const { id: outageId } = chosen(
      stage.truth.outages.filter(({ state }) => state === 'active'),
      act.nth,
    );
    const work = await planMoves(stage.ctx, HALL, outageId);
    if (!work || work.plan.moves.length === 0) throw new Nothing();
    const plan = work.plan.moves.map(({ bookingId, to }) => `${bookingId}>${to.id}`).join('\n');
    await moveParties(stage.ctx, stage.cast.manager, { hallSlug: HALL, outageId, plan }, key());
  },
  takeReplacement: async (stage: Stage, act: Act) => {
    const held = stage.truth.replacements.filter(({ state }) => state === 'held');
    const { bookingId } = chosen(held, act.nth);
    const own = stage.truth.bookings.find(({ id }) => id === bookingId)!;
    const leader = stage.cast.leaders.find(({ id }) => id === own.personId)!;
    await takeReplacement(stage.ctx, leader, { bookingId }, key());
  },
  lapseReplacements: ({ ctx }: Stage) => lapseReplacements(ctx),
  releaseLate: ({ ctx }: Stage) => releaseLatePlaces(ctx),
  release: ({ ctx }: Stage) => releaseGroupPlaces(ctx),
  carryOut: ({ ctx }: Stage) => carryOutStops(ctx),
  serve: ({ ctx }: Stage) => serveWaitlists(ctx),
  expire: ({ ctx }: Stage) => expireBookings(ctx),
  remind: ({ ctx }: Stage) => remindOfGroups(ctx),
  lapse: ({ ctx }: Stage) => lapseGroups(ctx),
} as const satisfies Record<string, (stage: Stage, act: Act) => Promise<unknown>>;

/** Time passes: some minutes, or until something happens. */
const passing = {
  aMinute: (now: Date) => addMinutes(now, 1),
  aWhile: (now: Date) => addMinutes(now, 25),
  hours: (now: Date) => addMinutes(now, 150),
  untilDoors: (now: Date, { sessions }: Truth) =>
    next(
      now,
      sessions.map(({ arrivalOpensAt }) => arrivalOpensAt),
    ),
  untilEnd: (now: Date, { sessions }: Truth) =>
    next(
      now,
      sessions.map(({ endsAt }) => endsAt),
    ),
  untilDeadline: (now: Date, { requests }: Truth) =>
    next(
      now,
      requests
        .filter(({ state }) => state === 'asked' || state === 'countered')
        .flatMap(({ heldUntil }) => [addMinutes(heldUntil, -150), heldUntil]),
    ),
} as const satisfies Record<string, (now: Date, truth: Truth) => Date>;

const next = (now: Date, moments: readonly Date[]) =>
  moments.filter((one) => one > now).toSorted((a, b) => a.getTime() - b.getTime())[0] ?? now;

export type ActKind = keyof typeof perform | keyof typeof passing;

export const actKinds = Object.keys(perform) as readonly (keyof typeof perform)[];

/** What happens often in a hall, happens often here. */
const weights: Partial<Record<ActKind, number>> = {
  book: 16,
  bookByPhone: 5,
  change: 6,
  resize: 6,
  cancel: 4,
  join: 14,
  accept: 10,
  joinByPhone: 5,
  acceptByPhone: 4,
  askForGroup: 8,
  approve: 3,
  counter: 5,
  acceptCounter: 6,
  recount: 3,
  enter: 4,
  arrive: 1,
  walkIn: 2,
  undoEntry: 4,
  stop: 5,
  outage: 3,
  move: 6,
  takeReplacement: 5,
  undoStop: 3,
  liftStop: 4,
  serve: 10,
  carryOut: 6,
  aMinute: 4,
  hours: 1,
  untilDoors: 1,
  untilEnd: 1,
  untilDeadline: 1,
};

export const anyAct: fc.Arbitrary<Act> = fc.record({
  kind: fc.oneof(
    ...([...actKinds, ...Object.keys(passing)] as ActKind[]).map((kind) => ({
      weight: weights[kind] ?? 2,
      arbitrary: fc.constant(kind),
    })),
  ),
  who: fc.nat({ max: 7 }),
  session: fc.nat({ max: 3 }),
  size: fc.integer({ min: 1, max: 6 }),
  nth: fc.nat({ max: 3 }),
});

const isPassing = (kind: ActKind): kind is keyof typeof passing => kind in passing;

/** What time it is once an act is over. */
export function timeAfter({ kind }: Act, now: Date, truth: Truth): Date {
  // The job comes when nothing can be undone any more.
  if (kind === 'carryOut') return passing.aMinute(now);
  // Nobody comes to a closed door: they come when it opens.
  if ((kind === 'arrive' || kind === 'walkIn') && openDoors(truth, now).length === 0) {
    return passing.untilDoors(now, truth);
  }
  return isPassing(kind) ? passing[kind](now, truth) : now;
}

/**
 * Does it.
 * @throws DomainError when the hall refuses, `Nothing` when there is nothing to do it to.
 */
export async function play(stage: Stage, act: Act): Promise<void> {
  if (!isPassing(act.kind)) await perform[act.kind](stage, act);
}
