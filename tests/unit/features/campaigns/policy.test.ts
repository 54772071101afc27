import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calendarDays,
  campaignProblems,
  campaignsOfMonth,
  comingCampaigns,
  nextSpan,
  seasonsOn,
  isSaidBySpan,
  spanIn,
  spanOf,
  spanWords,
  whenWords,
} from '../../../../src/features/campaigns/policy.ts';
import {
  campaignSchema,
  whenSchema,
  type When,
} from '../../../../src/features/campaigns/schema.ts';
import { dayCalendar } from '../../../../src/lib/day-calendar.ts';
import { addDays, weekdayOf } from '../../../../src/lib/time.ts';
import { campaignFiles, guideFiles, regionFiles } from '../../../helpers/search.ts';

const schoolDay: When = { kind: 'weekday', month: 3, weekday: 1, nth: -1 };
const firstAid: When = { kind: 'weekday', month: 9, weekday: 6, nth: 2 };
const years = fc.integer({ min: 2000, max: 2099 });
const weekdays: fc.Arbitrary<When> = fc.record({
  kind: fc.constant('weekday' as const),
  month: fc.integer({ min: 1, max: 12 }),
  weekday: fc.integer({ min: 1, max: 7 }),
  nth: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, -1 as const),
});
const campaign = (slug: string) => {
  const found = campaignFiles.find(({ id }) => id === slug);
  if (!found) throw new Error(`no campaign ${slug}`);
  return found.data;
};

describe('a movable day', () => {
  it.each([
    [schoolDay, 2024, '2024-03-25'],
    [schoolDay, 2025, '2025-03-31'],
    [schoolDay, 2027, '2027-03-29'],
    [firstAid, 2024, '2024-09-14'],
    [firstAid, 2026, '2026-09-12'],
  ])('%o in %i is %s', (when, year, day) => {
    expect(spanOf(when, year)).toEqual({ from: day, to: day });
  });

  it('is on its weekday, in its month, and as many of them lie before it as its number says', () => {
    fc.assert(
      fc.property(weekdays, years, (when, year) => {
        if (when.kind !== 'weekday') return;
        const { from, to } = spanOf(when, year);
        const inMonth = (date: string) =>
          date.startsWith(`${year}-${String(when.month).padStart(2, '0')}-`);
        expect(from).toBe(to);
        expect(weekdayOf(from)).toBe(when.weekday);
        expect(inMonth(from)).toBe(true);
        if (when.nth === -1) expect(inMonth(addDays(from, 7))).toBe(false);
        else {
          expect(inMonth(addDays(from, -7 * (when.nth - 1)))).toBe(true);
          expect(inMonth(addDays(from, -7 * when.nth))).toBe(false);
        }
      }),
    );
  });
});

describe('a campaign', () => {
  it('lasts its whole month, leap years included', () => {
    expect(spanOf({ kind: 'month', month: 6 }, 2027)).toEqual({
      from: '2027-06-01',
      to: '2027-06-30',
    });
    expect(spanOf({ kind: 'month', month: 2 }, 2028).to).toBe('2028-02-29');
    expect(spanOf({ kind: 'month', month: 12 }, 2027).to).toBe('2027-12-31');
  });

  it('takes the week of its circular where there was one, and the rule where nobody knows', () => {
    const disaster = campaign('disaster-reduction-day');
    expect(spanIn(disaster, 2025)).toEqual({ from: '2025-05-12', to: '2025-05-18' });
    expect(spanIn(disaster, 2027)).toEqual({ from: '2027-05-12', to: '2027-05-12' });
  });

  it('that comes next is never over and never more than a year away', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...campaignFiles),
        fc.integer({ min: 0, max: 20_000 }),
        ({ data }, days) => {
          const today = addDays('2020-01-01', days);
          const { from, to } = nextSpan(data, today);
          expect(to >= today).toBe(true);
          expect(from <= to).toBe(true);
          expect(from <= addDays(today, 372)).toBe(true);
        },
      ),
    );
  });

  it('is told in words', () => {
    expect(whenWords(schoolDay)).toBe('每年3月最后一个星期一');
    expect(whenWords(firstAid)).toBe('每年9月第二个星期六');
    expect(whenWords({ kind: 'day', month: 5, day: 12 })).toBe('每年5月12日');
    expect(whenWords({ kind: 'month', month: 6 })).toBe('每年6月');
    expect(spanWords({ from: '2027-05-12', to: '2027-05-12' })).toBe('2027年5月12日');
    expect(spanWords({ from: '2025-05-12', to: '2025-05-18' })).toBe('2025年5月12日到18日');
    expect(spanWords({ from: '2027-06-01', to: '2027-06-30' })).toBe('2027年6月');
    expect(spanWords({ from: '2027-05-30', to: '2027-06-02' })).toBe('2027年5月30日到6月2日');
  });

  it('is told once where the date says it all', () => {
    const june: When = { kind: 'month', month: 6 };
    expect(isSaidBySpan(june, spanOf(june, 2027))).toBe(true);
    expect(
      isSaidBySpan({ kind: 'month', month: 1 }, { from: '2027-11-01', to: '2027-11-30' }),
    ).toBe(false);
    expect(isSaidBySpan(schoolDay, spanOf(schoolDay, 2027))).toBe(false);
    const disasterDay: When = { kind: 'day', month: 5, day: 12 };
    expect(isSaidBySpan(disasterDay, spanOf(disasterDay, 2027))).toBe(true);
    expect(isSaidBySpan(disasterDay, { from: '2025-05-12', to: '2025-05-18' })).toBe(false);
  });

  it('may not be on a day that its month lacks', () => {
    expect(whenSchema.safeParse({ kind: 'day', month: 4, day: 31 }).success).toBe(false);
    expect(whenSchema.safeParse({ kind: 'day', month: 4, day: 30 }).success).toBe(true);
    expect(whenSchema.safeParse({ kind: 'weekday', month: 4, weekday: 1, nth: 5 }).success).toBe(
      false,
    );
  });
});

describe('the campaigns in content/', () => {
  it('lead to guides that exist; a wrong name is told with its file and field', () => {
    const slugs = guideFiles.map(({ id }) => id);
    expect(campaignProblems(campaignFiles, slugs)).toEqual([]);
    const [first] = campaignFiles;
    expect(campaignProblems([first!], [])[0]).toMatch(
      /^content\/campaigns\/[a-z-]+\.md：guides 第1条：没有指南“[a-z-]+”/,
    );
  });

  it('come in the order of their days', () => {
    const order = comingCampaigns(campaignFiles, '2026-11-22').map(({ campaign: { id } }) => id);
    expect(order.slice(0, 3)).toEqual([
      'fire-safety-month',
      'traffic-safety-day',
      'meteorological-day',
    ]);
    expect(order).toHaveLength(campaignFiles.length);
    const [now] = comingCampaigns(campaignFiles, '2026-11-22');
    expect(now).toMatchObject({ isNow: true, daysUntil: 0 });
  });

  it('are named in the months that they touch', () => {
    const inMonth = (date: string) =>
      campaignsOfMonth(campaignFiles, date).map(({ campaign: { id } }) => id);
    expect(inMonth('2027-06-30')).toEqual(['work-safety-month', 'safety-consultation-day']);
    expect(inMonth('2026-11-22')).toEqual(['fire-safety-month', 'fire-safety-day']);
    expect(inMonth('2027-01-15')).toEqual([]);
  });

  it('are days of a calendar, this year and the next, each with an end after its start', () => {
    const days = calendarDays(campaignFiles, '2026-11-22', 'https://anlan.example');
    expect(new Set(days.map(({ id }) => id)).size).toBe(2 * campaignFiles.length);
    const file = dayCalendar('示例', days, new Date('2026-11-22T00:00:00Z'));
    expect(file.match(/BEGIN:VEVENT/g)).toHaveLength(days.length);
    expect(file).toContain('UID:campaign-school-safety-day-2027@anlan');
    expect(file).toMatch(
      /DTSTART[^:]*VALUE=DATE:20270329\r\n(?:[^\r]*\r\n)?DTEND[^:]*VALUE=DATE:20270330/,
    );
    expect(file).toMatch(
      /DTSTART[^:]*VALUE=DATE:20270601\r\n(?:[^\r]*\r\n)?DTEND[^:]*VALUE=DATE:20270701/,
    );
  });

  it('promise no theme of a year that nobody has read about', () => {
    const themed = campaignFiles.flatMap(({ data }) => data.years.map(({ year }) => year));
    expect(Math.max(...themed)).toBeLessThanOrEqual(2025);
  });

  it('are refused with a sentence: a source that is not there, a week of another year', () => {
    const settings = { reviewers: [], today: '2026-11-22' };
    const raw = {
      ...campaign('disaster-reduction-day'),
      years: [{ year: 2024, week: { from: '2025-05-12', to: '2025-05-18' }, sources: ['nobody'] }],
    };
    const parsed = campaignSchema(settings).safeParse(raw);
    const messages = parsed.error?.issues.map(({ message }) => message).join() ?? '';
    expect(messages).toContain('来源“nobody”不在下面的 sources 清单里');
    expect(messages).toContain('日期不是这一年的一周');
  });
});

describe('a season', () => {
  const regions = regionFiles.map(({ data }) => data);
  const named = (date: string, code?: string) =>
    seasonsOn(regions, date, code).map(({ region, season }) => `${region} ${season.name}`);

  it('holds in a region and in all its parts, on its first and its last day', () => {
    expect(named('2027-04-30', '320900')).toEqual([]);
    expect(named('2027-05-01', '320900')).toEqual(['320000 汛期']);
    expect(named('2027-09-30', '320904')).toEqual(['320000 汛期']);
    expect(named('2027-10-01', '320900')).toEqual([]);
    expect(named('2027-04-01', '360222')).toEqual(['360222 汛期']);
    expect(named('2027-05-01')).toEqual(expect.arrayContaining(['320000 汛期', '360222 汛期']));
  });
});
