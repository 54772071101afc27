import type { Refusals } from '../../lib/errors.ts';
import { MINUTE_MS, formatSpan, formatTime, instantOf } from '../../lib/time.ts';
import type { DoorEvent, EventKind, NoteKind } from './table.ts';

/** The guard `door_events_guard` holds the same number. */
export const UNDO_MS = MINUTE_MS;
/** A device that was lost and found again may still tell what it knows; what is older helps nobody at the door. */
export const EVENT_ACCEPTED_DAYS = 7;
/** 本平台约定: a season, as for the names of visitors. */
export const EVENTS_KEPT_DAYS = 90;
/** 本平台约定: as long as somebody may ask about an accident in the season before. */
export const NOTES_KEPT_DAYS = 180;
/** After the last session of the day, for those who are still inside. A device forgets the day's list then. */
export const CLOSING_MINUTES = 120;

/** How many came in, went out and came back: sums, so that their order does not matter. */
export interface Tally {
  entered: number;
  wentOut: number;
  cameBack: number;
}

export interface DoorSession {
  id: string;
  startsAt: number;
  endsAt: number;
  arrivalOpensAt: number;
  /** A zone or room of its own; empty for the whole house. */
  heldAt: string;
  /** Places that walk-ins can still have. */
  walkInsLeft: number;
  walkIns: Tally;
  /** Walk-ins who came in on a device's word and for whom there is no place. */
  walkInsOver: number;
  walkInZone: string | null;
  /** The hall has stopped it: nobody goes in any more. */
  isStopped: boolean;
}

export interface DoorParty {
  id: string;
  code: string;
  sessionId: string;
  /** Masked. */
  name: string;
  /** `示例小学三年级2班`: by which a class is called. */
  label: string | null;
  size: number;
  words: string;
  state: 'booked' | 'cancelled' | 'arrived' | 'expired';
  arrivedAt: number | null;
  tally: Tally;
  zone: string | null;
  /** Its places, where those at the door have been given them because it did not come in time. */
  released: number;
}

/** A hall's day as the door needs it, and no more: this is what a device keeps. Instants in milliseconds. */
export interface DoorDay {
  hall: string;
  day: string;
  at: number;
  closesAt: number;
  sessions: readonly DoorSession[];
  parties: readonly DoorParty[];
  conflicts: readonly DoorConflict[];
  /** What is out of order today, a line each. */
  outages: readonly string[];
  /** How long after its start a session keeps the places of a family that has not come. */
  lateMinutes: number;
  /** Zones that nobody is led to today. */
  closedZones: readonly string[];
}

export interface DoorConflict {
  kind:
    'counted_twice' | 'cancelled' | 'wrong_time' | 'out_of_step' | 'walk_ins_over' | 'late_over';
  sessionId: string;
  bookingId: string | null;
  title: string;
  text: string;
  /** What was noted, for people to choose which of it to take back. */
  events: readonly { id: string; at: number; people: number; place: string }[];
}

export type NotedEvent = Pick<
  DoorEvent,
  'kind' | 'people' | 'sessionId' | 'bookingId' | 'zone' | 'id' | 'undoes'
> & {
  /** When, by the site's clock; in milliseconds. */
  at?: number;
};

export const NO_TALLY: Tally = { entered: 0, wentOut: 0, cameBack: 0 };

/**
 * Where people are, whatever was noted: never fewer than nobody, never more of a party than it has. What does not fit
 * is `excess`, for people to clear up.
 * @param size the party's; null for walk-ins.
 */
export function presence(
  size: number | null,
  { entered, wentOut, cameBack }: Tally,
): { expected: number; inside: number; outside: number; excess: number } {
  const counted = size === null ? entered : Math.min(entered, size);
  const outside = Math.min(Math.max(0, wentOut - cameBack), counted);
  return {
    expected: size === null ? 0 : size - counted,
    inside: counted - outside,
    outside,
    excess: entered - counted,
  };
}

/** One more event in a tally; `undo` is told by the event that it takes back. */
export function countIn(tally: Tally, { kind, people }: Pick<DoorEvent, 'kind' | 'people'>): Tally {
  const { entered, wentOut, cameBack } = tally;
  if (kind === 'in') return { ...tally, entered: entered + people };
  if (kind === 'out') return { ...tally, wentOut: wentOut + people };
  if (kind === 'back') return { ...tally, cameBack: cameBack + people };
  return tally;
}

/** The events that count: not those taken back, nor what takes them back. */
export function standing<Event extends Pick<NotedEvent, 'id' | 'kind' | 'undoes'>>(
  events: readonly Event[],
): Event[] {
  const takenBack = new Set(events.flatMap(({ undoes }) => (undoes ? [undoes] : [])));
  return events.filter(({ id, kind }) => kind !== 'undo' && !takenBack.has(id));
}

/**
 * A day with what a device has noted since. Every event is known by its id: told twice, or in another order, it
 * changes nothing.
 */
export function withEvents(day: DoorDay, queued: readonly NotedEvent[]): DoorDay {
  const events = [...new Map(queued.map((event) => [event.id, event])).values()];
  // What is taken back of the list itself is taken off again.
  const offs = events.filter(
    ({ kind, undoes }) => kind === 'undo' && !events.some(({ id }) => id === undoes),
  );
  const counted = standing(events);
  const sum = (tally: Tally, isOwn: (event: NotedEvent) => boolean): Tally => {
    const added = counted.filter(isOwn).reduce(countIn, tally);
    const off = offs.filter(isOwn).reduce((people, event) => people + event.people, 0);
    return { ...added, entered: Math.max(0, added.entered - off) };
  };
  const zoneOf = (zone: string | null, isOwn: (event: NotedEvent) => boolean) =>
    counted.findLast((event) => isOwn(event) && event.zone)?.zone ?? zone;
  const isIn = (party: DoorParty) =>
    counted.some(({ bookingId, kind }) => bookingId === party.id && kind === 'in');
  return {
    ...day,
    sessions: day.sessions.map((session) => {
      const isOwn = (event: NotedEvent) =>
        event.bookingId === null && event.sessionId === session.id;
      const walkIns = sum(session.walkIns, isOwn);
      const late = day.parties
        .filter((party) => party.sessionId === session.id && isIn(party))
        .reduce((places, { released }) => places + released, 0);
      const more = walkIns.entered - session.walkIns.entered + late;
      return {
        ...session,
        walkIns,
        walkInsLeft: Math.max(0, session.walkInsLeft - more),
        walkInZone: zoneOf(session.walkInZone, isOwn),
      };
    }),
    parties: day.parties.map((party) => {
      const isOwn = ({ bookingId }: NotedEvent) => bookingId === party.id;
      return {
        ...party,
        tally: sum(party.tally, isOwn),
        released: isIn(party) ? 0 : party.released,
        arrivedAt:
          party.arrivedAt ??
          counted.find((event) => isOwn(event) && event.kind === 'in')?.at ??
          null,
        zone: zoneOf(party.zone, isOwn),
      };
    }),
  };
}

export type Step =
  | { kind: Extract<EventKind, 'in' | 'back'>; people: number }
  | { refused: string; message: string };

/**
 * What it means that this code is shown now: the rest of the party comes in, those who went out come back, or a
 * sentence to read out. The guards of `door_events` and `arrivals` decide the same on writing.
 * @param later what else of the day a party that comes too late could wait for.
 */
export function stepFor(
  party: Pick<DoorParty, 'size' | 'state' | 'tally' | 'arrivedAt' | 'released'>,
  session: Pick<DoorSession, 'startsAt' | 'endsAt' | 'arrivalOpensAt' | 'walkInsLeft'> | undefined,
  now: number,
  later: readonly DoorSession[] = [],
): Step {
  const { expected, outside } = presence(party.size, party.tally);
  if (party.state === 'cancelled') {
    return { refused: 'booking_already_cancelled', message: '这个预约已经取消了，不能入场。' };
  }
  if (!session) {
    return { refused: 'arrival_not_open', message: '日期不对：这不是今天的预约。' };
  }
  const span = formatSpan(new Date(session.startsAt), new Date(session.endsAt));
  if (now < session.arrivalOpensAt) {
    const opens = formatTime(new Date(session.arrivalOpensAt));
    return { refused: 'arrival_not_open', message: `来早了：这是${span}的场次，${opens}起入场。` };
  }
  if (now >= session.endsAt) {
    return { refused: 'arrival_closed', message: `来晚了：${span}的场次已经结束。` };
  }
  if (party.state === 'booked' && party.released > session.walkInsLeft) {
    return { refused: 'places_given_away', message: tooLateWords(party.size, session, later) };
  }
  if (expected > 0) return { kind: 'in', people: expected };
  if (outside > 0) return { kind: 'back', people: outside };
  const when = party.arrivedAt === null ? '刚才' : formatTime(new Date(party.arrivedAt));
  return {
    refused: 'party_all_in',
    message: `${when}已经登记入场，${party.size}人都进去了。`,
  };
}

/** A party whose places those at the door have by now: why, and what is possible instead. */
function tooLateWords(
  size: number,
  session: Pick<DoorSession, 'startsAt' | 'walkInsLeft'>,
  sessions: readonly DoorSession[],
): string {
  const fitting = sessions.filter(
    (one) => one.startsAt > session.startsAt && !one.isStopped && one.walkInsLeft >= size,
  );
  const spans = fitting.slice(0, LATER_SHOWN).map(doorSpan);
  const instead =
    spans.length > 0
      ? `可以等今天的${spans.join('、')}，按现场散客登记`
      : '今天后面的场次也没有这么多空位，请另约一天';
  return `来晚了，名额已经放给现场的人，这一场只剩${session.walkInsLeft}个空位。${instead}。没进成的，在“我的”里点一下申诉，不记未到。`;
}

/** More than somebody at a door can keep in mind. */
const LATER_SHOWN = 3;

/** `可以入场：3人`, `欢迎回来：2人`: what staff read out. */
export function admittedWords(kind: EventKind, people: number): string {
  if (kind === 'in') return `可以入场：${people}人`;
  if (kind === 'back') return `欢迎回来：${people}人`;
  if (kind === 'out') return `出去了：${people}人`;
  if (kind === 'move') return '换了区';
  return '撤回了';
}

/** What was noted and does not fit together, in words for whoever has to clear it up. */
export function conflictsOf(
  sessions: readonly DoorSession[],
  parties: readonly DoorParty[],
  events: readonly (NotedEvent & { happenedAt: Date; deviceId: string | null })[],
): DoorConflict[] {
  const counted = standing(events);
  const notedFor = (bookingId: string | null, sessionId: string, kinds: readonly EventKind[]) =>
    counted
      .filter(
        (event) =>
          event.bookingId === bookingId &&
          (bookingId !== null || event.sessionId === sessionId) &&
          kinds.includes(event.kind),
      )
      .map(({ id, happenedAt, people, deviceId }) => ({
        id,
        people,
        at: happenedAt.getTime(),
        place: deviceName(deviceId),
      }));
  const ofParties = parties.flatMap((party): DoorConflict[] => {
    const { id: bookingId, sessionId, state, size, tally } = party;
    const { excess } = presence(size, tally);
    const called = party.label ?? `${party.name} ${party.code.slice(-4)}`;
    const base = { sessionId, bookingId };
    const found: DoorConflict[] = [];
    if (excess > 0) {
      found.push({
        ...base,
        kind: 'counted_twice',
        title: `${called}：登记了${tally.entered}人，只约了${size}人`,
        text: '多半是同一个码在两个入口都扫了。是同一批人，撤回一条；真的多来了人，撤回后按现场散客登记。',
        events: notedFor(bookingId, sessionId, ['in']),
      });
    }
    if (tally.entered > 0 && state === 'cancelled') {
      found.push({
        ...base,
        kind: 'cancelled',
        title: `${called}：预约取消了，${tally.entered}人已经进去`,
        text: '没有网的时候放进去的。人在馆里，照常接待；名额已经给了别人，请留意人数。',
        events: notedFor(bookingId, sessionId, ['in']),
      });
    }
    if (tally.entered > 0 && (state === 'booked' || state === 'expired')) {
      found.push({
        ...base,
        kind: 'wrong_time',
        title: `${called}：不是这一场的时间，${tally.entered}人已经进去`,
        text: '登记的时间不在入场时间里，没有算到馆。请核对日期和场次。',
        events: notedFor(bookingId, sessionId, ['in']),
      });
    }
    if (tally.entered > 0 && party.released > 0) {
      found.push({
        ...base,
        kind: 'late_over',
        title: `${called}：晚到，多了${party.released}人`,
        text: '名额已经放给现场的人，他们还是进去了。照常接待，请看馆里的人数，必要时先停止放人。',
        events: notedFor(bookingId, sessionId, ['in']),
      });
    }
    return isOutOfStep(size, tally)
      ? [...found, outOfStep(base, called, tally, notedFor(bookingId, sessionId, ['out', 'back']))]
      : found;
  });
  const ofWalkIns = sessions.flatMap((session): DoorConflict[] => {
    const base = { sessionId: session.id, bookingId: null };
    const span = doorSpan(session);
    const found: DoorConflict[] = [];
    if (session.walkInsOver > 0) {
      found.push({
        ...base,
        kind: 'walk_ins_over',
        title: `${span}：现场散客多了${session.walkInsOver}人`,
        text: '没有网的时候放进去的，这一场没有这么多名额。请看馆里的人数，必要时先停止放人。',
        events: notedFor(null, session.id, ['in']),
      });
    }
    return isOutOfStep(null, session.walkIns)
      ? [
          ...found,
          outOfStep(
            base,
            `${span}的现场散客`,
            session.walkIns,
            notedFor(null, session.id, ['out', 'back']),
          ),
        ]
      : found;
  });
  return [...ofParties, ...ofWalkIns];
}

function isOutOfStep(size: number | null, { entered, wentOut, cameBack }: Tally): boolean {
  const counted = size === null ? entered : Math.min(entered, size);
  return wentOut - cameBack > counted || cameBack > wentOut;
}

function outOfStep(
  base: Pick<DoorConflict, 'sessionId' | 'bookingId'>,
  called: string,
  { wentOut, cameBack }: Tally,
  events: DoorConflict['events'],
): DoorConflict {
  return {
    ...base,
    kind: 'out_of_step',
    title: `${called}：出去${wentOut}人，回来${cameBack}人，对不上`,
    text: '多半是少登记或多登记了一次。请数一数人。',
    events,
  };
}

/** `09:00–10:15`, and where, for a session that does not take the whole house. */
export function doorSpan({
  startsAt,
  endsAt,
  heldAt,
}: Pick<DoorSession, 'startsAt' | 'endsAt' | 'heldAt'>): string {
  return `${formatSpan(new Date(startsAt), new Date(endsAt))}${heldAt === '' ? '' : ` ${heldAt}`}`;
}

/** How a party is called out: a class by its label, a family by its masked name. */
export function partyName({ label, name }: Pick<DoorParty, 'label' | 'name'>): string {
  return label ?? name;
}

/** Enough to tell two devices apart at one door. */
export function deviceName(deviceId: string | null): string {
  return deviceId === null ? '网页' : `设备${deviceId.slice(-3).toUpperCase()}`;
}

/**
 * When something happened by the site's clock, from what the device's clock said then and at sending: a clock that is
 * wrong is wrong by the same in both. Never later than now.
 */
export function timeOf(deviceAt: number, sentAt: number, now: Date): Date {
  return new Date(now.getTime() - Math.max(0, sentAt - deviceAt));
}

/** Until when a device keeps the day's list: a while after the last session, at the latest the end of the day. */
export function closingOf(day: string, sessions: readonly Pick<DoorSession, 'endsAt'>[]): number {
  const midnight = instantOf(day, 24 * 60).getTime();
  if (sessions.length === 0) return midnight;
  const last = Math.max(...sessions.map(({ endsAt }) => endsAt));
  return Math.min(midnight, last + CLOSING_MINUTES * MINUTE_MS);
}

export const eventWords: Readonly<Record<EventKind, string>> = {
  in: '进',
  out: '出',
  back: '回',
  move: '换区',
  undo: '撤回',
};

export const noteWords: Readonly<Record<NoteKind, string>> = {
  injury: '有人受伤或不舒服',
  evacuation: '疏散',
  equipment: '设备故障',
  lost_child: '孩子走散',
  lost_property: '遗失和拾到物品',
  complaint: '意见和纠纷',
  other: '其他',
  handover: '交班',
};

const notHere = { code: 'not_found', message: '没有找到这一项。' } as const;

/** Why the guards of `door_events` refuse, besides those of arrivals. */
export const doorRefusals: Refusals = {
  hall_unknown: notHere,
  session_unknown: notHere,
  booking_unknown: notHere,
  event_unknown: { code: 'not_found', message: '没有找到要撤回的这一条。' },
  undo_closed: {
    code: 'conflict',
    message: '过了1分钟，不能再撤回。人出去了，请登记“出”。',
  },
  'unique:door_events.undoes': {
    code: 'conflict',
    reason: 'already_undone',
    message: '这一条已经撤回了。',
  },
  party_all_in: { code: 'conflict', message: '这一批人都登记过了，没有这么多人还没进。' },
  party_too_large: {
    code: 'conflict',
    message: '比预约的人数多。多出来的人，请按现场散客登记。',
  },
  not_inside: { code: 'conflict', message: '登记在馆里的没有这么多人。' },
  not_outside: { code: 'conflict', message: '登记出去的没有这么多人。' },
  session_full: { code: 'conflict', message: '这一场没有这么多名额了。可以看后面的场次。' },
  session_stopped: { code: 'conflict', message: '这一场停开了，不能再放人进来。' },
  places_given_away: {
    code: 'conflict',
    message: '来晚了，名额已经放给现场的人，现在没有这么多空位。可以等后面的场次，按现场散客登记。',
  },
  arrival_not_open: { code: 'conflict', message: '还没到这一场的入场时间。请核对日期和场次。' },
  arrival_closed: { code: 'conflict', message: '这一场已经结束，不能再登记。' },
  booking_already_cancelled: { code: 'conflict', message: '这个预约已经取消了，不能入场。' },
  booking_already_arrived: { code: 'conflict', message: '这个预约已经登记到馆。' },
  booking_already_expired: { code: 'conflict', message: '这一场已经结束，不能再登记。' },
};

export const noteRefusals: Refusals = {
  hall_unknown: notHere,
  notes_used_up: { code: 'conflict', message: '今天已经记了100条，请合并着写在纸上。' },
};
