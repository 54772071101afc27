import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bandsFor,
  evaluate,
  gradeOf,
  isComplete,
  pointsWords,
  sectionsOf,
  SELF_EVALUATIONS_MIN,
  summarise,
  tenths,
  type FilledSheet,
  type Points,
  type SheetItem,
} from '../../../../src/features/drill-evaluations/policy.ts';
import type { Answer, GradeBands } from '../../../../src/features/drill-evaluations/table.ts';

const phases = ['prepare', 'run', 'conclude'] as const;
const scripts = fc
  .array(
    fc.record({
      phase: fc.constantFrom(...phases),
      group: fc.constantFrom('疏散', '通信', '救护'),
      weight: fc.integer({ min: 1, max: 40 }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((items) =>
    items.map((item, index): SheetItem => ({ ...item, id: `e${index + 1}`, text: '看' })),
  );

const answers = fc.constantFrom<Answer>('yes', 'no', 'na', '');
/** A script with sheets of up to eight evaluators. */
const judged = scripts.chain((items) =>
  fc.record({
    items: fc.constant(items),
    sheets: fc.array(fc.array(answers, { minLength: items.length, maxLength: items.length }), {
      maxLength: 8,
    }),
  }),
);
const sheetsOf = (
  items: readonly SheetItem[],
  rows: readonly (readonly Answer[])[],
): FilledSheet[] =>
  rows.map((row, index) => ({
    evaluatorId: String(index),
    answers: items.map(({ id }, at) => ({ item: id, answer: row[at] ?? '', note: '' })),
  }));
/** Compares two shares without dividing. */
const atLeast = (a: Points, b: Points) =>
  BigInt(a.earned) * BigInt(b.base) >= BigInt(b.earned) * BigInt(a.base);

describe('the arithmetic of an evaluation', () => {
  it('stays between nothing and all, in whole and safe numbers', () => {
    fc.assert(
      fc.property(judged, ({ items, sheets }) => {
        const { total, phases: parts } = evaluate({ items }, sheetsOf(items, sheets));
        for (const { earned, base } of [total, ...parts.map(({ points }) => points)]) {
          expect(Number.isSafeInteger(earned)).toBe(true);
          expect(Number.isSafeInteger(base * 2000)).toBe(true);
          expect(earned).toBeGreaterThanOrEqual(0);
          expect(earned).toBeLessThanOrEqual(base);
        }
        const points = tenths(total);
        if (points !== undefined) expect(points >= 0 && points <= 1000).toBe(true);
      }),
    );
  });

  it('never falls for one more yes', () => {
    fc.assert(
      fc.property(judged, fc.nat(), fc.nat(), ({ items, sheets }, who, what) => {
        if (sheets.length === 0) return;
        const row = who % sheets.length;
        const at = what % items.length;
        const better = sheets.map((sheet, index) =>
          index === row ? sheet.map((one, item) => (item === at ? ('yes' as const) : one)) : sheet,
        );
        const before = evaluate({ items }, sheetsOf(items, sheets)).total;
        const after = evaluate({ items }, sheetsOf(items, better)).total;
        if (before.base > 0) expect(atLeast(after, before)).toBe(true);
      }),
    );
  });

  it('does not ask who came first', () => {
    fc.assert(
      fc.property(judged, ({ items, sheets }) => {
        const forth = evaluate({ items }, sheetsOf(items, sheets));
        const back = evaluate({ items }, sheetsOf(items, sheets.toReversed()));
        expect(back).toEqual(forth);
      }),
    );
  });

  it('gives no grade where nothing applies', () => {
    fc.assert(
      fc.property(scripts, fc.nat({ max: 4 }), (items, people) => {
        const rows = Array.from({ length: people }, () => items.map(() => 'na' as const));
        const { total } = evaluate({ items }, sheetsOf(items, rows));
        expect(tenths(total)).toBeUndefined();
        expect(pointsWords(total)).toBe('不评分');
        expect(gradeOf(total, { excellent: 90, good: 80, pass: 60 })).toBeUndefined();
      }),
    );
  });

  it('adds its phases up to the whole, and its weights where all was judged', () => {
    fc.assert(
      fc.property(judged, ({ items, sheets }) => {
        const { total, phases: parts } = evaluate({ items }, sheetsOf(items, sheets));
        const sum = (of: keyof Points) => parts.reduce((all, { points }) => all + points[of], 0);
        expect({ earned: sum('earned'), base: sum('base') }).toEqual(total);
        const all = evaluate({ items }, sheetsOf(items, [items.map(() => 'yes' as const)])).total;
        const weights = items.reduce((all_, { weight }) => all_ + weight, 0);
        expect(all).toEqual({ earned: weights, base: weights });
        expect(tenths(all)).toBe(1000);
      }),
    );
  });

  it('is the same as counting it by hand', () => {
    const item = (id: string, weight: number): SheetItem => ({
      ...{ id, weight, phase: 'run', group: '疏散', text: '看' },
    });
    const items = [item('e1', 60), item('e2', 30), item('e3', 10)];
    const { total, items: rows } = evaluate(
      { items },
      sheetsOf(items, [
        ['yes', 'yes', 'na'],
        ['yes', 'no', 'na'],
        ['yes', 'na', 'na'],
      ]),
    );
    // 60 of 60, and 15 of 30; the third is left out: 75 of 90.
    expect(tenths(total)).toBe(833);
    expect(rows.map(({ differs }) => differs)).toEqual([false, true, false]);
  });

  it('stays exact for twenty evaluators who all differ', () => {
    const items = Array.from({ length: 60 }, (_, index): SheetItem => ({
      ...{ id: `e${index + 1}`, weight: 40, phase: 'run', group: '疏散', text: '看' },
    }));
    const rows = Array.from({ length: 20 }, (_, who) =>
      items.map((_item, at) => (who > at % 20 ? ('na' as const) : ('yes' as const))),
    );
    const { total } = evaluate({ items }, sheetsOf(items, rows));
    expect(Number.isSafeInteger(total.base * 2000 + total.base)).toBe(true);
    expect(tenths(total)).toBe(1000);
  });

  it('groups its items without losing one', () => {
    fc.assert(
      fc.property(scripts, (items) => {
        const sections = sectionsOf({ items });
        expect(
          sections
            .flatMap((section) => section.items)
            .map(({ id }) => id)
            .sort(),
        ).toEqual(items.map(({ id }) => id).sort());
        expect(new Set(sections.map(({ id }) => id)).size).toBe(sections.length);
      }),
    );
  });

  it('is complete only with an answer to everything', () => {
    fc.assert(
      fc.property(scripts, fc.nat(), (items, missing) => {
        const all = items.map(({ id }) => ({ item: id, answer: 'na' as const, note: '' }));
        expect(isComplete({ items }, all)).toBe(true);
        expect(isComplete({ items }, all.toSpliced(missing % all.length, 1))).toBe(false);
      }),
    );
  });
});

describe('a grade', () => {
  const bands = { excellent: 90, good: 80, pass: 60 };
  it('begins exactly at its line', () => {
    expect(gradeOf({ earned: 900, base: 1000 }, bands)).toBe('excellent');
    expect(gradeOf({ earned: 8999, base: 10000 }, bands)).toBe('good');
    // Rounded it would read 60.0.
    expect(gradeOf({ earned: 59999, base: 100000 }, bands)).toBe('fail');
    expect(gradeOf({ earned: 0, base: 1 }, bands)).toBe('fail');
  });

  const row = (regionCode: string, day: number, excellent: number): GradeBands => ({
    ...{ id: `${regionCode}-${day}`, regionCode, excellent, good: 70, pass: 50 },
    ...{ reason: '示例', setBy: null, setAt: new Date(Date.UTC(2026, 0, day)) },
  });
  const all = [row('', 1, 90), row('', 20, 91), row('320900', 5, 92), row('320904', 10, 93)];
  const at = (day: number) => new Date(Date.UTC(2026, 0, day));

  it.each([
    ['the site’s, the newest of that day', '320700', 25, 91],
    ['the site’s as it was then', '320700', 10, 90],
    ['the city’s before its county has its own', '320904', 6, 92],
    ['the county’s', '320904', 25, 93],
    ['the county’s for a town', '320904100', 25, 93],
    ['the city’s for another county', '320902', 25, 92],
  ])('takes %s', (_, code, day, excellent) => {
    expect(bandsFor(all, code, at(day))).toMatchObject({ excellent });
  });
});

describe('what participants say', () => {
  const answer = (score: number, wish = '') => ({
    ...{ understood: score, knew: score, safe: score, wish },
  });
  it('is not told from too few', () => {
    const few = Array.from({ length: SELF_EVALUATIONS_MIN - 1 }, () => answer(5, '多练'));
    expect(summarise(few)).toEqual({ questions: null, wishes: [] });
  });

  it('is told without an order from enough', () => {
    const wishes = ['丙', '甲', '乙', '', '丁'];
    const enough = wishes.map((wish, index) => answer((index % 5) + 1, wish));
    const summary = summarise(enough);
    expect(summary.questions?.[0]).toMatchObject({ counts: [1, 1, 1, 1, 1], meanTenths: 30 });
    expect(summary).toEqual(summarise(enough.toReversed()));
    expect(summary.wishes).toHaveLength(4);
  });
});
