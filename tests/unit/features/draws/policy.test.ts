import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalList,
  drawObjection,
  drawSample,
  listHash,
  sampleSize,
} from '../../../../src/features/draws/policy.ts';

const code = fc.stringMatching(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
const codes = fc.uniqueArray(code, { minLength: 1, maxLength: 30 });
const number = fc.stringMatching(/^[0-9]{1,12}$/);

describe('the worked example', () => {
  it('comes out as anybody computes it with sha256sum', () => {
    expect(canonicalList(['C3', 'A1', 'B2'])).toBe('A1\nB2\nC3\n');
    expect(drawSample(['C3', 'A1', 'B2'], '0412', 2)).toEqual({
      listHash: '420079b13b4cc0ec19317d7f291dccbdda77bd485ed76befc86e2b5adb81d5c4',
      seed: 'f56b84466bdfd761180eae2253ded79758825e6afe9f31a3639121b2203a32f1',
      drawn: ['A1', 'C3'],
    });
  });
});

describe('a draw', () => {
  it('does not depend on the order of the list', () => {
    fc.assert(
      fc.property(codes, number, fc.infiniteStream(fc.nat()), (list, drawn, keys) => {
        const shuffled = list
          .map((one) => ({ one, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        const size = sampleSize(list.length, 40);
        expect(drawSample(shuffled, drawn, size)).toEqual(drawSample(list, drawn, size));
      }),
    );
  });

  it('takes as many as were asked for, each once, all from the list; more goes on where fewer ended', () => {
    fc.assert(
      fc.property(codes, number, fc.nat(), (list, drawn, any) => {
        const size = any % (list.length + 1);
        const sample = drawSample(list, drawn, size).drawn;
        expect(new Set(sample).size).toBe(size);
        expect(sample.every((one) => list.includes(one))).toBe(true);
        expect(drawSample(list, drawn, list.length).drawn.slice(0, size)).toEqual(sample);
      }),
    );
  });

  it('gives every pair of five the same chance', () => {
    const list = ['A1', 'B2', 'C3', 'D4', 'E5'];
    const draws = 5000;
    const counts = new Map<string, number>();
    for (let index = 0; index < draws; index += 1) {
      const pair = drawSample(list, String(index).padStart(5, '0'), 2).drawn.sort().join(' ');
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    const expected = draws / 10;
    const square = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    expect(counts.size).toBe(10);
    // The upper one in a thousand of chi-square with nine degrees of freedom; the numbers are always the same.
    expect(square).toBeLessThan(27.88);
  });

  it('is another for another number, and for a list with one code more', () => {
    const list = Array.from({ length: 40 }, (_, at) => `F${at + 100}`);
    const one = drawSample(list, '7', 20).drawn;
    expect(drawSample(list, '8', 20).drawn).not.toEqual(one);
    expect(drawSample([...list, 'F999'], '7', 20).drawn).not.toEqual(one);
    expect(listHash([...list, 'F999'])).not.toBe(listHash(list));
  });

  it.each([
    ['a code twice', () => drawSample(['A1', 'A1'], '1', 1)],
    ['what is no code', () => drawSample(['A1\nB2'], '1', 1)],
    ['a number that is none', () => drawSample(['A1'], '4 12', 1)],
    ['more than there are', () => drawSample(['A1'], '1', 2)],
  ])('refuses %s', (_, draw) => {
    expect(draw).toThrow(RangeError);
  });
});

describe('how many are drawn', () => {
  it.each([
    [0, 20, 0],
    [1, 20, 1],
    [5, 20, 1],
    [6, 20, 2],
    [100, 100, 100],
  ])('of %i files at %i percent: %i', (count, percent, size) => {
    expect(sampleSize(count, percent)).toBe(size);
  });
});

describe('the order of a draw', () => {
  const at = (text: string) => new Date(`${text}+08:00`);
  const sound = {
    namedAt: at('2026-11-20T09:00'),
    frozenAt: at('2026-11-23T17:00'),
    numberOn: '2026-11-24',
    drawnAt: at('2026-11-24T22:00'),
  };

  it('names the number, freezes the list, waits for the number, draws', () => {
    expect(drawObjection(sound)).toBeUndefined();
    expect(drawObjection({ ...sound, namedAt: sound.frozenAt })).toMatch('先公布用哪个公开号码');
    expect(drawObjection({ ...sound, numberOn: '2026-11-23' })).toMatch('前一天或更早冻结');
    expect(drawObjection({ ...sound, drawnAt: at('2026-11-23T23:59') })).toMatch('还没有产生');
  });
});
