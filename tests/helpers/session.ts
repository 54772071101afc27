import type { HallSession } from '../../src/features/halls/table.ts';
import { newId } from '../../src/lib/ids.ts';
import { addMinutes } from '../../src/lib/time.ts';

/** A Wednesday morning in China. Tests name the times they need relative to it. */
export const NOW = new Date('2026-11-25T08:00:00+08:00');

/** The hall that has words in `content/halls`, with rules of its own for tests. */
export const testHall = {
  slug: 'yancheng',
  regionCode: '320900',
  partyMax: 5,
  bookingWindowDays: 14,
  bookingClosesMinutes: 30,
  cancellationClosesMinutes: 120,
  arrivalOpensMinutes: 30,
  closureWeekday: null,
  groupWindowDays: 14,
  groupClosesWorkdays: 3,
  groupMin: 15,
  minorsPerAdult: 10,
  groupMonthPlaces: null,
  largePartyMin: null,
  lateMinutes: 15,
};

/** A session that starts four hours after NOW unless told otherwise; its limits follow its start. */
export function planSession(values: Partial<HallSession> = {}): HallSession {
  const startsAt = values.startsAt ?? addMinutes(NOW, 240);
  const capacity = values.capacity ?? 40;
  return {
    id: newId(NOW),
    hallSlug: testHall.slug,
    startsAt,
    endsAt: addMinutes(startsAt, 75),
    bookingOpensAt: addMinutes(startsAt, -14 * 24 * 60),
    bookingClosesAt: addMinutes(startsAt, -testHall.bookingClosesMinutes),
    cancellationClosesAt: addMinutes(startsAt, -testHall.cancellationClosesMinutes),
    arrivalOpensAt: addMinutes(startsAt, -testHall.arrivalOpensMinutes),
    partyMax: testHall.partyMax,
    openPlaces: capacity,
    booked: 0,
    groupPlaces: 0,
    walkInPlaces: 0,
    bookedGroups: 0,
    bookedWalkIns: 0,
    offered: 0,
    groupsReleaseAt: addMinutes(startsAt, -3 * 24 * 60),
    fromPattern: false,
    withdrawnAt: null,
    stopId: null,
    largePartyMin: null,
    courseSlug: null,
    heldAt: '',
    joiningNote: '',
    adultsOnly: false,
    ...values,
    capacity,
  };
}
