import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fillPercent,
  leftWords,
  poolWords,
  weekGrid,
} from '../../../../src/features/weeks/policy.ts';
import { instantOf } from '../../../../src/lib/time.ts';
import { planSession } from '../../../helpers/session.ts';

const MONDAY = '2026-11-23';
const entry = (date: string, minute: number) => ({
  session: planSession({ startsAt: instantOf(date, minute) }),
  ...{ waiting: 0, groups: [], stopReason: null },
});

describe('a week', () => {
  it('has seven days, and each session on its day under its time', () => {
    const first = entry('2026-11-24', 540);
    const late = entry('2026-11-24', 840);
    const last = entry('2026-11-29', 540);
    const { times, rows } = weekGrid(
      MONDAY,
      [first, late, last],
      [{ date: '2026-11-23', remark: '设备检修', notes: 2 }],
    );
    expect(times).toEqual(['09:00', '14:00']);
    expect(rows.map(({ date }) => date)).toEqual([
      ...['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26'],
      ...['2026-11-27', '2026-11-28', '2026-11-29'],
    ]);
    expect(rows[0]).toMatchObject({ remark: '设备检修', notes: 2, cells: [undefined, undefined] });
    expect(rows[1]?.cells).toEqual([first, late]);
    expect(rows[6]?.cells).toEqual([last, undefined]);
  });

  it('loses no session, whenever it starts', () => {
    const starts = fc.uniqueArray(fc.integer({ min: 0, max: 7 * 96 - 1 }), { maxLength: 30 });
    fc.assert(
      fc.property(starts, (quarters) => {
        const sessions = quarters.map((quarter) => entry(MONDAY, quarter * 15));
        const { rows } = weekGrid(MONDAY, sessions, []);
        const placed = rows.flatMap(({ cells }) => cells.filter((cell) => cell !== undefined));
        expect(new Set(placed)).toEqual(new Set(sessions));
      }),
    );
  });
});

describe('a session of the week', () => {
  it('is as full as what is open, and no fuller than full', () => {
    expect(fillPercent(planSession({ booked: 10, capacity: 40 }))).toBe(25);
    expect(fillPercent(planSession({ booked: 30, openPlaces: 20 }))).toBe(100);
    expect(fillPercent(planSession({ booked: 0, openPlaces: 0 }))).toBe(0);
  });

  it('says what is left in words', () => {
    expect(leftWords(planSession({ booked: 34 }))).toBe('还有6个');
    expect(leftWords(planSession({ booked: 40 }))).toBe('满了');
    expect(leftWords(planSession({ booked: 30, openPlaces: 20 }))).toBe('多约了10个');
  });

  it('names its pools only where it has them', () => {
    expect(poolWords(planSession())).toEqual([]);
    const pools = { groupPlaces: 20, bookedGroups: 12, booked: 14, walkInPlaces: 4, offered: 2 };
    expect(poolWords(planSession(pools))).toEqual(['团体12/20', '现场0/4', '给候补留着2']);
  });
});
