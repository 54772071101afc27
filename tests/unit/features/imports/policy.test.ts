import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cellsOf,
  headingProblem,
  judgeBookings,
  judgeOrganisations,
  readBookings,
  readCellDate,
  readCellTime,
  readHeading,
  reasonWords,
  rowRefusals,
} from '../../../../src/features/imports/policy.ts';
import { addMinutes, calendarDate, formatTime } from '../../../../src/lib/time.ts';
import { NOW, planSession } from '../../../helpers/session.ts';

const nobody = {
  taken: new Set<string>(),
  repeated: new Set<string>(),
  dormant: new Set<string>(),
};
const session = planSession();
const row = (values: Record<string, string> = {}) => ({
  date: calendarDate(session.startsAt),
  time: formatTime(session.startsAt),
  name: '示例王芳',
  phone: '10000000001',
  adults: '2',
  children: '',
  ...values,
});
const numbered = (...rows: Record<string, string>[]) =>
  rows.map((cells, index) => ({ number: index + 2, cells }));
const judge = (...rows: Record<string, string>[]) =>
  judgeBookings(readBookings(numbered(...rows), [session], NOW), nobody);

describe('the heading of a file', () => {
  it('is found in people’s own words, in any order, with spaces', () => {
    const heading = readHeading('bookings', [
      '备注',
      ' 联系 电话',
      '场次',
      '联系人',
      '参观日期',
      '人数',
    ]);
    expect(heading.missing).toEqual([]);
    expect(heading.ignored).toEqual(['备注']);
    const cells = cellsOf('bookings', heading, {
      number: 2,
      cells: ['x', '1', '9:00', '王芳', '2026-11-25', '2'],
    });
    expect(cells).toMatchObject({
      phone: '1',
      time: '9:00',
      name: '王芳',
      adults: '2',
      children: '',
    });
  });

  it('names what is missing', () => {
    expect(headingProblem('bookings', ['日期', '姓名'])).toContain('时间、手机号、成人');
    expect(headingProblem('organisations', ['类型', '名称'])).toBeUndefined();
  });
});

describe('a date and a time as people write them', () => {
  it.each([
    '2026-12-01',
    '2026/12/1',
    '2026.12.1',
    '2026年12月1日',
    '２０２６-12-01',
    '2026/12/1 0:00',
  ])('the date %s', (text) => expect(readCellDate(text)).toBe('2026-12-01'));
  it.each(['12月1日', '2026-02-30', '明天', '', '46000', '1/12/2026'])('no date: %s', (text) =>
    expect(readCellDate(text)).toBeUndefined(),
  );
  it.each([
    ['9:00', 540],
    ['09:00:00', 540],
    ['9：30', 570],
    ['09:00-10:15', 540],
    ['9:00~10:15', 540],
    ['下午2:30', 870],
    ['上午9点', 540],
    ['14点半', 870],
    ['14时5分', 845],
  ])('the time %s', (text, minutes) => expect(readCellTime(text)).toBe(minutes));
  it.each(['', '上午', '25:00', '9:75', '0.375', '900'])('no time: %s', (text) =>
    expect(readCellTime(text)).toBeUndefined(),
  );
});

describe('a row of bookings', () => {
  it('is ready when everything is right', () => {
    expect(judge(row({ children: '1' }))).toMatchObject([
      {
        problems: [],
        value: { sessionId: session.id, phone: '10000000001', adults: 2, children: 1 },
      },
    ]);
  });

  it.each([
    ['no such session', { time: '03:00' }, '没有这一场'],
    ['a date in words', { date: '明天' }, '日期“明天”看不懂'],
    ['no time', { time: '' }, '没有时间'],
    ['Excel’s notation', { phone: '1.39E+10' }, '科学计数'],
    ['a short number', { phone: '1390000' }, '11位'],
    ['no name', { name: '' }, '姓名'],
    ['a formula', { name: '=cmd|x' }, '不能用的符号'],
    ['no adults', { adults: '0' }, '至少1位'],
    ['words for a count', { children: '两个' }, '儿童要是数字'],
    ['too many people', { adults: '6' }, '一次最多5人'],
    ['a cancelled one', { state: '已取消' }, '不导入'],
  ])('with %s says so', (_, values, words) => {
    const [verdict] = judge(row(values));
    expect(verdict?.value).toBeUndefined();
    expect(verdict?.problems.join()).toContain(words);
  });

  it('tells of everything that is wrong at once', () => {
    expect(judge(row({ date: '', phone: '', adults: '' }))[0]?.problems).toHaveLength(3);
  });

  it('is refused outside the time of booking', () => {
    const closed = { ...session, bookingClosesAt: NOW };
    const early = { ...session, bookingOpensAt: addMinutes(NOW, 1) };
    const said = (one: typeof session) => readBookings(numbered(row()), [one], NOW)[0]?.problems;
    expect(said(closed)).toEqual(['这一场已经停止预约']);
    expect(said(early)).toEqual(['这一场还没有开放预约']);
  });
});

describe('rows of bookings together', () => {
  it('stand once a person and session', () => {
    const verdicts = judge(row(), row({ name: '示例李明' }), row({ phone: '100-0000-0001' }));
    expect(verdicts.map(({ problems }) => problems)).toEqual([
      [],
      ['和第2行是同一个号码、同一场'],
      ['和第2行是同一个号码、同一场'],
    ]);
  });

  it('know what these people have booked, and what was brought in before', () => {
    const key = `${session.id} 10000000001`;
    const read = readBookings(numbered(row()), [session], NOW);
    const with_ = (part: object) => judgeBookings(read, { ...nobody, ...part })[0];
    expect(with_({ taken: new Set([key]) })?.problems).toEqual(['这个号码已经约了这一场']);
    expect(with_({ repeated: new Set([key]), taken: new Set([key]) })).toMatchObject({
      problems: [],
      value: { phone: '10000000001' },
    });
    expect(with_({ dormant: new Set(['10000000001']) })?.problems[0]).toContain('很久没有登录');
  });

  it('never take more places than are left, and the first in the file come first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        (parties, openPlaces, booked) => {
          const tight = { ...session, openPlaces, booked };
          const rows = parties.map((adults, nth) =>
            row({ adults: String(adults), phone: `1000000${String(nth).padStart(4, '0')}` }),
          );
          const verdicts = judgeBookings(readBookings(numbered(...rows), [tight], NOW), nobody);
          let left = Math.max(openPlaces - booked, 0);
          for (const [nth, { value, problems }] of verdicts.entries()) {
            const party = parties[nth] ?? 0;
            expect(value !== undefined).toBe(party <= left);
            if (value) left -= party;
            else expect(problems[0]).toContain(`还剩${left}个，这一行要${party}个`);
          }
          expect(left).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe('rows of organisations', () => {
  const school = { kind: '学校', name: '示例小学', regionCode: '' };

  it('belong to the region of whoever imports, unless they say a part of it', () => {
    const verdicts = judgeOrganisations(
      numbered(school, { ...school, regionCode: '320904100' }, { ...school, regionCode: '320903' }),
      '320904',
    );
    expect(verdicts.map(({ value }) => value?.regionCode)).toEqual([
      '320904',
      '320904100',
      undefined,
    ]);
    expect(verdicts[2]?.problems).toEqual(['这个地区代码不在你负责的地区里']);
  });

  it('are refused when they repeat each other, or are of no kind', () => {
    const verdicts = judgeOrganisations(
      numbered(school, school, { ...school, kind: '大学' }),
      '320904',
    );
    expect(verdicts.map(({ problems }) => problems[0] ?? '')).toEqual([
      '',
      '和第2行相同',
      expect.stringContaining('类型“大学”不认识'),
    ]);
  });
});

describe('a reason that was kept', () => {
  it('is told in words, for every refusal there is', () => {
    for (const [name, { reason = name }] of Object.entries(rowRefusals)) {
      expect.soft(reasonWords(reason), name).toMatch(/\p{Script=Han}/u);
      expect.soft(reasonWords(reason), name).not.toBe(reasonWords('never heard of'));
    }
  });
});
