import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closingOf,
  NO_TALLY,
  presence,
  stepFor,
  timeOf,
  withEvents,
  type DoorDay,
  type NotedEvent,
} from '../../../../src/features/door/policy.ts';
import { addMinutes, DAY_MS, instantOf } from '../../../../src/lib/time.ts';
import { NOW } from '../../../helpers/session.ts';

const SIZE = 3;
const session = {
  id: 's',
  startsAt: addMinutes(NOW, 10).getTime(),
  endsAt: addMinutes(NOW, 85).getTime(),
  arrivalOpensAt: addMinutes(NOW, -20).getTime(),
  heldAt: '',
  walkInsLeft: 5,
  walkIns: NO_TALLY,
  walkInsOver: 0,
  walkInZone: null,
  isStopped: false,
};
const party = {
  ...{ id: 'p', code: 'ABCDEFGHJK', sessionId: 's', name: '王**', label: null, size: SIZE },
  ...{ words: '3位成人', state: 'booked' as const, arrivedAt: null, tally: NO_TALLY, zone: null },
  released: 0,
};
const day: DoorDay = {
  hall: 'yancheng',
  day: '2026-11-25',
  at: NOW.getTime(),
  closesAt: addMinutes(NOW, 205).getTime(),
  sessions: [session],
  parties: [party],
  conflicts: [],
  outages: [],
  closedZones: [],
  lateMinutes: 15,
};

const tally = fc.record({ entered: fc.nat(9), wentOut: fc.nat(9), cameBack: fc.nat(9) });

describe('who is inside', () => {
  it('is never fewer than nobody nor more than a party has, whatever was noted', () => {
    fc.assert(
      fc.property(tally, fc.integer({ min: 1, max: 9 }), (noted, size) => {
        const { expected, inside, outside, excess } = presence(size, noted);
        expect(Math.min(expected, inside, outside, excess)).toBeGreaterThanOrEqual(0);
        expect(expected + inside + outside).toBe(size);
        expect(excess).toBe(Math.max(0, noted.entered - size));
      }),
    );
  });
});

describe('a list with what a device has noted since', () => {
  const events = fc.array(
    fc.record({
      kind: fc.constantFrom('in' as const, 'out' as const, 'back' as const),
      people: fc.integer({ min: 1, max: 4 }),
      isWalkIn: fc.boolean(),
      isTakenBack: fc.boolean(),
    }),
    { maxLength: 12 },
  );

  it('does not depend on the order of the events, nor on how often each is told', () => {
    fc.assert(
      fc.property(events, fc.nat(), (acts, luck) => {
        const noted = acts.flatMap(
          ({ kind, people, isWalkIn, isTakenBack }, index): NotedEvent[] => {
            const own = { people, sessionId: 's', bookingId: isWalkIn ? null : 'p', zone: null };
            const event = { ...own, id: `e${index}`, kind, undoes: null };
            const undo = { ...own, id: `u${index}`, kind: 'undo' as const, undoes: event.id };
            return isTakenBack ? [event, undo] : [event];
          },
        );
        const shuffled = [...noted, ...noted].toSorted(
          (a, b) => hash(a.id, luck) - hash(b.id, luck),
        );
        const [one, other] = [withEvents(day, noted), withEvents(day, shuffled)];
        expect(other.parties[0]?.tally).toEqual(one.parties[0]?.tally);
        expect(other.sessions[0]).toMatchObject({
          walkIns: one.sessions[0]?.walkIns,
          walkInsLeft: one.sessions[0]?.walkInsLeft,
        });
      }),
    );
  });

  it('takes off again what is taken back of the list itself', () => {
    const inside = { ...day, parties: [{ ...party, tally: { ...NO_TALLY, entered: 3 } }] };
    const undo: NotedEvent = {
      ...{ id: 'u', kind: 'undo', undoes: 'of the list', people: 3 },
      ...{ sessionId: 's', bookingId: 'p', zone: null },
    };
    expect(withEvents(inside, [undo, undo]).parties[0]?.tally.entered).toBe(0);
  });
});

const hash = (text: string, luck: number) =>
  Array.from(text).reduce((sum, char) => (sum * 31 + char.charCodeAt(0) * luck) % 9973, 7);

describe('a code that is shown', () => {
  const now = NOW.getTime();
  const entered = (people: number, wentOut = 0) => ({
    ...party,
    tally: { entered: people, wentOut, cameBack: 0 },
  });

  it('lets in the rest of the party, then those who went out', () => {
    expect(stepFor(party, session, now)).toEqual({ kind: 'in', people: 3 });
    expect(stepFor(entered(2, 1), session, now)).toEqual({ kind: 'in', people: 1 });
    expect(stepFor(entered(3, 2), session, now)).toEqual({ kind: 'back', people: 2 });
  });

  it.each([
    ['party_all_in', entered(3), session, now],
    ['booking_already_cancelled', { ...party, state: 'cancelled' as const }, session, now],
    ['arrival_not_open', party, undefined, now],
    ['arrival_not_open', party, session, session.arrivalOpensAt - 1],
    ['arrival_closed', party, session, session.endsAt],
    ['places_given_away', { ...party, released: 3 }, { ...session, walkInsLeft: 2 }, now],
  ])('is refused with a sentence: %s', (refused, one, when, at) => {
    expect(stepFor(one, when, at)).toEqual({ refused, message: expect.stringMatching(/。$/) });
  });
});

describe('a party that comes late', () => {
  const late = { ...party, released: SIZE };
  const now = NOW.getTime();

  it('comes in as long as there is room for all of it', () => {
    expect(stepFor(late, { ...session, walkInsLeft: 3 }, now)).toEqual({ kind: 'in', people: 3 });
  });

  it('is told which sessions of the day it can wait for, and only those with room', () => {
    const at = (minutes: number, values: object) => ({
      ...{ ...session, id: `s${minutes}`, ...values },
      ...{
        startsAt: addMinutes(NOW, minutes).getTime(),
        endsAt: addMinutes(NOW, minutes + 75).getTime(),
      },
    });
    const sessions = [
      at(100, {}),
      at(200, { walkInsLeft: 2 }),
      at(300, { isStopped: true }),
      at(400, {}),
    ];
    const full = { ...session, walkInsLeft: 0 };
    const told = (list: typeof sessions) =>
      (stepFor(late, full, now, list) as { message: string }).message;
    expect(told(sessions)).toContain('09:40–10:55、14:40–15:55，按现场散客登记');
    expect(told([])).toContain('请另约一天');
  });

  it('takes its places from walk-ins on the device’s own list, once', () => {
    const event: NotedEvent = {
      ...{ id: 'e', kind: 'in', people: 2, sessionId: 's', bookingId: 'p' },
      ...{ zone: null, undoes: null },
    };
    const seen = withEvents({ ...day, parties: [late] }, [event, event]);
    expect(seen.sessions[0]?.walkInsLeft).toBe(2);
    expect(seen.parties[0]?.released).toBe(0);
  });
});

describe('times', () => {
  it('follow the site’s clock, and are never later than now', () => {
    const wrong = NOW.getTime() - 20 * 60_000;
    expect(timeOf(wrong, wrong + 5 * 60_000, NOW)).toEqual(addMinutes(NOW, -5));
    expect(timeOf(wrong + DAY_MS, wrong, NOW)).toEqual(NOW);
  });

  it('let a device forget the list two hours after the last session, at midnight at the latest', () => {
    const midnight = instantOf('2026-11-26').getTime();
    expect(closingOf('2026-11-25', [session])).toBe(session.endsAt + 120 * 60_000);
    expect(closingOf('2026-11-25', [{ endsAt: midnight - 1 }])).toBe(midnight);
    expect(closingOf('2026-11-25', [])).toBe(midnight);
  });
});
