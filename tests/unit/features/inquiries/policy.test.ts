import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dueAt,
  dueWords,
  inquiryHistory,
  isOverdue,
  namesSomebody,
} from '../../../../src/features/inquiries/policy.ts';
import type { Inquiry } from '../../../../src/features/inquiries/table.ts';
import { DAY_MS, formatDayTime, MINUTE_MS } from '../../../../src/lib/time.ts';

const instants = fc.date({
  min: new Date('2020-01-01'),
  max: new Date('2099-01-01'),
  noInvalidDate: true,
});
const kinds = fc.constantFrom('question' as const, 'error' as const);
/** What an inspection fails, less the shortest three months there are. */
const HARD_LIMIT_DAYS = 89;

const standing = (due: Date, answeredAt: Date | null = null) =>
  ({ dueAt: due, answeredAt }) as Inquiry;

describe('when an answer is due', () => {
  it('lies ahead, inside the inspection’s limit, on the last minute of a day in China', () => {
    fc.assert(
      fc.property(kinds, instants, (kind, now) => {
        const due = dueAt(kind, now);
        // Days are counted to the minute, as they end: who asks within the last one has no second less.
        const asked = now.getTime() - (now.getTime() % MINUTE_MS);
        const days = (due.getTime() - asked) / DAY_MS;
        expect(days).toBeGreaterThanOrEqual(kind === 'error' ? 10 : 30);
        expect(days).toBeLessThan(kind === 'error' ? 11 : 31);
        expect(days).toBeLessThan(HARD_LIMIT_DAYS);
        expect(formatDayTime(due)).toMatch(/ 23:59$/);
      }),
    );
  });

  it('never comes sooner for who asks later, and a mistake before a question', () => {
    fc.assert(
      fc.property(kinds, instants, fc.nat({ max: 90 * DAY_MS }), (kind, now, later) => {
        const after = dueAt(kind, new Date(now.getTime() + later));
        expect(after.getTime()).toBeGreaterThanOrEqual(dueAt(kind, now).getTime());
        expect(dueAt('error', now) < dueAt('question', now)).toBe(true);
      }),
    );
  });

  it('is by hand: an hour before midnight and an hour after are two days', () => {
    const at = (time: string) => dueAt('error', new Date(`2026-02-20T${time}:00+08:00`));
    expect(at('23:00')).toEqual(new Date('2026-03-02T23:59:00+08:00'));
    expect(at('01:00')).toEqual(new Date('2026-03-02T23:59:00+08:00'));
    expect(dueAt('question', new Date('2026-02-21T01:00:00+08:00'))).toEqual(
      new Date('2026-03-23T23:59:00+08:00'),
    );
  });
});

describe('how an inquiry stands', () => {
  const due = new Date('2026-12-02T23:59:00+08:00');

  it.each([
    ['2026-11-29T00:00:00+08:00', '还有3天', false],
    ['2026-12-02T00:00:00+08:00', '今天到期', false],
    ['2026-12-02T23:59:59+08:00', '今天到期', false],
    ['2026-12-03T00:00:00+08:00', '逾期1天', true],
    ['2027-01-02T12:00:00+08:00', '逾期31天', true],
  ])('%s: %s', (now, words, overdue) => {
    expect(dueWords(standing(due), new Date(now))).toBe(words);
    expect(isOverdue(standing(due), new Date(now))).toBe(overdue);
    expect(isOverdue(standing(due, due), new Date(now))).toBe(false);
  });

  it('says whose turn it is', () => {
    const createdAt = new Date('2026-11-22T09:00:00+08:00');
    const told = (now: Date, answeredAt: Date | null = null) =>
      inquiryHistory({ ...standing(due, answeredAt), createdAt }, now);
    expect(told(createdAt).map(({ title, state }) => [title, state])).toEqual([
      ['你提交了', 'done'],
      ['等编辑答复', 'now'],
      ['答复', 'next'],
    ]);
    expect(told(createdAt)[1]?.text).toContain('12月2日');
    expect(told(new Date('2026-12-03T09:00:00+08:00'))[1]?.text).toContain('现在晚了');
    expect(told(due, due).map(({ title }) => title)).toEqual(['你提交了', '编辑答复了']);
  });
});

describe('an answer that names somebody', () => {
  it.each([
    ['请打13812345678', true],
    ['请打１３８ １２３４ ５６７８', true],
    ['138-1234-5678', true],
    ['身份证32090219900101123X', true],
    ['请打12345或0515-88888888', false],
    ['苏应急函〔2021〕45号，2026-11-22 09:00起', false],
    ['按压100到120次', false],
  ])('%s: %s', (text, names) => {
    expect(namesSomebody(text)).toBe(names);
  });
});
