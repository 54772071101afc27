import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BAR_HEIGHT_EM,
  COLUMNS_HEIGHT_EM,
  placeBars,
  placeColumns,
  placeDots,
} from '../../../src/lib/chart.ts';

const scale = { max: 100, trackPercent: 66 };
const values = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), {
  minLength: 1,
  maxLength: 40,
});
const asBars = (list: readonly number[]) => list.map((value) => ({ label: '示例', value }));

describe('bars', () => {
  it('begin with words, then the bar, then the next row, and end within the drawing', () => {
    const { bars, heightEm } = placeBars(asBars([100, 90]), scale);
    expect(
      bars.map(({ labelY, barY, valueY, widthPercent }) => [labelY, barY, valueY, widthPercent]),
    ).toEqual([
      [1.1, 1.6, 2.34, 66],
      [4.2, 4.7, 5.44, 59.4],
    ]);
    expect(heightEm).toBe(6.2);
  });

  it('never overlap, whatever their number', () => {
    fc.assert(
      fc.property(values, (list) => {
        const { bars, heightEm } = placeBars(asBars(list), scale);
        bars.forEach((bar, row) => {
          expect(bar.labelY).toBeLessThan(bar.barY);
          expect(bar.barY + BAR_HEIGHT_EM).toBeLessThan(bars[row + 1]?.barY ?? heightEm);
        });
      }),
    );
  });

  it('keep their order and stay on the track', () => {
    fc.assert(
      fc.property(values, (list) => {
        const { bars } = placeBars(asBars(list), scale);
        for (const { widthPercent } of bars) {
          expect(widthPercent).toBeGreaterThanOrEqual(0);
          expect(widthPercent).toBeLessThanOrEqual(scale.trackPercent);
        }
        for (const a of bars) {
          for (const b of bars) {
            if (a.value <= b.value) expect(a.widthPercent).toBeLessThanOrEqual(b.widthPercent);
          }
        }
      }),
    );
  });

  it('beyond the scale are full, below nothing empty', () => {
    const { bars } = placeBars(asBars([250, -5]), scale);
    expect(bars.map(({ widthPercent }) => widthPercent)).toEqual([66, 0]);
  });

  it('keep what the page gave them', () => {
    const [bar] = placeBars([{ label: '示例', value: 1, text: '1%' }], scale).bars;
    expect(bar?.text).toBe('1%');
  });
});

describe('dots', () => {
  it('are as many as there are things, each in a place of its own', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 25 }), (count, columns) => {
        const { dots, rows } = placeDots(count, columns);
        expect(dots).toHaveLength(count);
        expect(new Set(dots.map(({ x, y }) => `${x},${y}`)).size).toBe(count);
        expect(dots.every(({ x, y }) => x < columns && y < rows)).toBe(true);
      }),
    );
  });

  it('fill a row before they begin the next', () => {
    expect(placeDots(3, 2)).toEqual({
      dots: [
        { x: 0, y: 0 },
        { x: 1, y: 0 },
        { x: 0, y: 1 },
      ],
      rows: 2,
    });
    expect(placeDots(0, 10)).toEqual({ dots: [], rows: 0 });
  });
});

describe('columns', () => {
  const column = fc.record({
    label: fc.constant('9月7日'),
    values: fc.array(fc.nat(500), { minLength: 3, maxLength: 3 }),
    whole: fc.nat(1_000),
  });

  it('stand on the ground, part upon part, within the drawing and beside one another', () => {
    fc.assert(
      fc.property(fc.array(column, { maxLength: 53 }), (list) => {
        const placed = placeColumns(list);
        placed.forEach(({ xPercent, widthPercent, trackY, trackHeight, parts }, index) => {
          const next = placed[index + 1]?.xPercent ?? 100;
          expect(xPercent + widthPercent).toBeLessThanOrEqual(next + 0.02);
          expect(trackY + trackHeight).toBeCloseTo(COLUMNS_HEIGHT_EM, 1);
          let ground = COLUMNS_HEIGHT_EM;
          for (const { y, height } of parts) {
            expect(y + height).toBeCloseTo(ground, 1);
            expect(y).toBeGreaterThanOrEqual(0);
            ground = y;
          }
        });
      }),
    );
  });

  it('leave room between their labels', () => {
    const labels = placeColumns(
      Array.from({ length: 53 }, () => ({ label: '9月7日', values: [1], whole: 2 })),
    ).flatMap(({ labelPercent }) => labelPercent ?? []);
    expect(labels.length).toBeGreaterThan(3);
    labels.slice(1).forEach((at, index) => expect(at - (labels[index] ?? 0)).toBeGreaterThan(13));
  });
});
