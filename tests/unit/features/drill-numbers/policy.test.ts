import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  drillFigures,
  drillSummary,
  medianOf,
  monthsOf,
  publicDrillFigures,
  publicPeriod,
  type DrillNumbers,
} from '../../../../src/features/drill-numbers/policy.ts';
import { sum } from '../../../../src/lib/counts.ts';
import { periodDays, PERIOD_DAYS_MAX } from '../../../../src/lib/periods.ts';

const PERIOD = { from: '2026-03-10', until: '2026-11-25' };
const MONTHS = monthsOf(PERIOD);
const month = fc.constantFrom(...MONTHS);
const counted = fc.array(
  fc.record({ value: fc.integer({ min: 1, max: 14_400 }), count: fc.integer({ min: 1, max: 9 }) }),
  { minLength: 1, maxLength: 30 },
);

describe('the value in the middle', () => {
  it('is one that was counted, with at most half below and at most half above', () => {
    fc.assert(
      fc.property(counted, (values) => {
        const median = medianOf(values) ?? 0;
        const all = sum(values.map(({ count }) => count));
        const many = (has: (value: number) => boolean) =>
          sum(values.filter(({ value }) => has(value)).map(({ count }) => count));
        expect(values.some(({ value }) => value === median)).toBe(true);
        expect(many((value) => value < median)).toBeLessThanOrEqual(all / 2);
        expect(many((value) => value > median)).toBeLessThanOrEqual(all / 2);
      }),
    );
  });

  it('does not depend on the order or on how equal values are written down', () => {
    fc.assert(
      fc.property(counted, (values) => {
        const apart = values.flatMap(({ value, count }) =>
          Array.from({ length: count }, () => ({ value, count: 1 })),
        );
        expect(medianOf(values.toReversed())).toBe(medianOf(values));
        expect(medianOf(apart)).toBe(medianOf(values));
      }),
    );
  });

  it('is none of nothing', () => {
    expect(medianOf([])).toBeUndefined();
    expect(medianOf([{ value: 3, count: 0 }])).toBeUndefined();
  });
});

const held = fc.uniqueArray(
  fc
    .record({
      month,
      evacuations: fc.nat(20),
      others: fc.nat(20),
      organisations: fc.nat(20),
      arrived: fc.nat(5000),
      absent: fc.nat(500),
    })
    .map(({ others, absent, ...row }) => ({
      ...row,
      drills: row.evacuations + others,
      expected: row.arrived + absent,
    })),
  { selector: (row) => row.month },
);
const items = fc.uniqueArray(
  fc
    .record({ month, inTime: fc.nat(9), late: fc.nat(9), open: fc.nat(9) })
    .map(({ late, ...row }) => ({ ...row, due: row.inTime + late + row.open })),
  { selector: (row) => row.month },
);
const numbers: fc.Arbitrary<DrillNumbers> = fc.record({
  held,
  seconds: fc.array(
    fc.record({
      month,
      seconds: fc.integer({ min: 1, max: 14_400 }),
      drills: fc.integer({ min: 1, max: 5 }),
    }),
  ),
  items,
  duties: fc.record({ done: fc.nat(99), due: fc.nat(99), paused: fc.nat(99), late: fc.nat(99) }),
});

/** The number in a cell; a dash is none. */
const numberIn = (cell: string) => (/^\d+$/.test(cell) ? Number(cell) : 0);

describe('the figures of a region', () => {
  it('add up: every sum is the sum of its rows, and drawings say what tables say', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        for (const figure of drillFigures(given, PERIOD)) {
          const { header, rows, total, chart, id } = figure;
          for (const row of [...rows, ...(total ? [total] : [])]) {
            expect(row).toHaveLength(header.length);
          }
          // The median of all months is not the sum of theirs.
          const columns = id === 'evacuation' ? [1] : id === 'duties' ? [1] : [1, 2];
          for (const column of columns) {
            expect(numberIn(total?.[column] ?? '')).toBe(
              sum(rows.map((row) => numberIn(row[column] ?? ''))),
            );
          }
          if (chart.kind === 'columns') {
            expect(chart.columns).toHaveLength(MONTHS.length);
            for (const { values, whole } of chart.columns) {
              expect(sum(values)).toBeLessThanOrEqual(whole);
            }
          } else {
            for (const { value } of chart.bars) {
              expect(value).toBeGreaterThanOrEqual(0);
              expect(value).toBeLessThanOrEqual(100);
            }
          }
        }
        expect(drillSummary(given)[0]?.value).toBe(
          `${sum(given.held.map(({ drills }) => drills))}次`,
        );
      }),
    );
  });

  it('tell the public neither who is late nor how long single organisations took', () => {
    const given = fc.sample(numbers, 1)[0]!;
    const ids = publicDrillFigures(given, PERIOD).map(({ id }) => id);
    expect(ids).toEqual(['held', 'people']);
  });

  it('go up to yesterday for the public, and no further back than a page reads', () => {
    const period = publicPeriod('2026-11-24');
    expect(period).toEqual({ from: '2025-12-01', until: '2026-11-24' });
    expect(periodDays(period)).toBeLessThanOrEqual(PERIOD_DAYS_MAX);
  });
});
