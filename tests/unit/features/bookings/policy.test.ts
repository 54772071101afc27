import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrivalProblem,
  bookingHistory,
  canArrive,
  canCancel,
  canChange,
  partySize,
  readParty,
} from '../../../../src/features/bookings/policy.ts';
import type { Booking, BookingState } from '../../../../src/features/bookings/table.ts';
import { addMinutes } from '../../../../src/lib/time.ts';
import { NOW, planSession } from '../../../helpers/session.ts';

/** Wednesday 25 November, 12:00 to 13:15; the door opens at 11:30, changes end at 10:00. */
const session = planSession();
const at = (minutes: number) => addMinutes(NOW, minutes);
const problem = (minutes: number, state: BookingState = 'booked', arrivedAt: Date | null = null) =>
  arrivalProblem({ state }, session, arrivedAt, at(minutes))?.message;

describe('what the door is told', () => {
  it('names the day and hour of a booking for another day', () => {
    expect(problem(-24 * 60)).toBe('日期不对：这是11月25日周三 12:00–13:15的预约。');
    expect(problem(24 * 60)).toBe('日期不对：这是11月25日周三 12:00–13:15的预约。');
  });

  it('says when the door opens, and that it has closed', () => {
    expect(problem(209)).toBe('来早了：这是12:00–13:15的场次，11:30起入场。');
    expect(problem(315)).toBe('来晚了：12:00–13:15的场次已经结束。');
  });

  it('says when somebody came in, today and on another day', () => {
    expect(problem(240, 'arrived', at(242))).toBe('12:02已经登记入场，不用再登记。');
    expect(problem(24 * 60, 'arrived', at(242))).toBe(
      '11月25日周三12:02已经登记入场，不用再登记。',
    );
  });

  it('says that a booking was cancelled before anything else', () => {
    expect(problem(-24 * 60, 'cancelled')).toContain('已经取消');
  });

  it('agrees with the rule that opens the door, at any minute and in any state', () => {
    const states = fc.constantFrom<BookingState>('booked', 'cancelled', 'arrived', 'expired');
    fc.assert(
      fc.property(states, fc.integer({ min: -3000, max: 3000 }), (state, minutes) => {
        // A booking expires only after its session; before that there is no such state.
        fc.pre(state !== 'expired' || minutes >= 315);
        const opens = canArrive({ state }, session, at(minutes));
        expect(arrivalProblem({ state }, session, null, at(minutes)) === undefined).toBe(opens);
      }),
    );
  });
});

describe('changing a booking', () => {
  it('is possible as long as cancelling is, three times', () => {
    fc.assert(
      fc.property(fc.nat({ max: 3 }), fc.nat({ max: 400 }), (changes, minutes) => {
        const booking = { state: 'booked' as const, changes };
        const may = canChange(booking, session, at(minutes));
        expect(may).toBe(canCancel(booking, session, at(minutes)) && changes < 3);
      }),
    );
  });
});

describe('a party in an address', () => {
  it('is one that the session allows, or comes back with what is wrong', () => {
    const text = fc.oneof(fc.integer({ min: -2, max: 60 }).map(String), fc.string());
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 50 }), (adults, children, partyMax) => {
        const read = readParty({ adults, children }, { partyMax });
        if ('party' in read) {
          expect(read.party.adults).toBeGreaterThanOrEqual(1);
          expect(read.party.children).toBeGreaterThanOrEqual(0);
          expect(partySize(read.party)).toBeLessThanOrEqual(partyMax);
        } else {
          expect(read.form.values).toEqual({ adults, children });
          expect(read.form.fields.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('tells how many at most', () => {
    const read = readParty({ adults: '4', children: '2' }, { partyMax: 5 });
    expect(read).toMatchObject({ form: { fields: [{ field: 'adults' }] } });
    expect('form' in read && read.form.fields[0]?.message).toContain('一次最多5人');
  });
});

describe('the history of a booking', () => {
  const booking = { createdAt: at(0), state: 'booked' } as Booking;
  const change = { changedAt: at(5), adults: 3, children: 1 };
  const changes = [{ change: change as never, startsAt: session.startsAt }];

  it('stands at its last entry', () => {
    const ticket = { booking, session, arrivedAt: null, cancelledAt: null, cancelledBy: null };
    expect(bookingHistory(ticket, []).map(({ title, state }) => [title, state])).toEqual([
      ['预约成功', 'now'],
    ]);
    const gone = {
      ...ticket,
      booking: { ...booking, state: 'cancelled' as const },
      cancelledAt: at(9),
    };
    expect(
      bookingHistory(gone, changes).map(({ title, text, state }) => [title, text, state]),
    ).toEqual([
      ['预约成功', undefined, 'done'],
      ['改了', '11月25日周三 12:00，3位成人、1位儿童', 'done'],
      ['取消了', undefined, 'now'],
    ]);
  });
});
