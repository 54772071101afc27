import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrangementText,
  missingYear,
  readArrangement,
} from '../../../../src/features/calendar/policy.ts';
import { addDays } from '../../../../src/lib/time.ts';

describe('the arrangement of a year', () => {
  it('is read from the words of the notice', () => {
    const { days, problems } = readArrangement(
      '元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。\n国庆节：10月1日至10月7日放假，9月20日、10月10日上班',
      2026,
    );
    expect(problems).toEqual([]);
    expect(days.filter(({ kind }) => kind === 'holiday')).toHaveLength(10);
    expect(days.filter(({ kind }) => kind === 'make_up_workday').map(({ day }) => day)).toEqual([
      '2026-01-04',
      '2026-09-20',
      '2026-10-10',
    ]);
  });

  it.each([
    ['国庆节', '请写成'],
    ['国庆节：2月30日放假', '没有这个日期'],
    ['国庆节：10月7日至10月1日放假', '起止日期不对'],
    ['国庆节：10月1日至10月7日放假，10月10日', '请写“上班”'],
    ['国庆节：10月1日至10月7日放假，10月8日上班', '不是周末'],
    ['国庆节：10月1日放假\n中秋节：10月1日放假', '写了两次'],
  ])('%s is told what is wrong', (text, problem) => {
    expect(readArrangement(text, 2026).problems[0]?.problem).toContain(problem);
  });

  it('comes back as it was read', () => {
    const holiday = fc.record({
      month: fc.integer({ min: 1, max: 12 }),
      length: fc.integer({ min: 1, max: 8 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(holiday, { selector: ({ month }) => month }), (holidays) => {
        const days = holidays
          .toSorted((a, b) => a.month - b.month)
          .flatMap(({ month, length }) => {
            const from = `2026-${String(month).padStart(2, '0')}-03`;
            const name = `${'甲乙丙丁戊己庚辛壬癸子丑'[month - 1]}节`;
            return Array.from({ length }, (_, nth) => ({
              ...{ day: addDays(from, nth), kind: 'holiday' as const, name },
            }));
          });
        expect(readArrangement(arrangementText(days, 2026), 2026)).toEqual({ days, problems: [] });
      }),
    );
  });
});

it('asks for the coming year from sixty days before its turn', () => {
  expect(missingYear([2026], new Date('2026-11-01T08:00:00+08:00'))).toBeUndefined();
  expect(missingYear([2026], new Date('2026-11-02T08:00:00+08:00'))).toBe(2027);
  expect(missingYear([2026, 2027], new Date('2026-12-31T08:00:00+08:00'))).toBeUndefined();
});
