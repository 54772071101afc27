import { describe, expect, it } from 'vitest';
import phones from '../../../../content/phones.json' with { type: 'json' };
import {
  BROADCAST_LENGTHS,
  broadcastOf,
  numberToCall,
} from '../../../../src/features/broadcasts/policy.ts';
import { spoken } from '../../../../src/lib/spoken.ts';
import { guideFiles } from '../../../helpers/search.ts';

const plain = (text: string) => text.replace(/[。？，；\s]+$/u, '');

describe.each(guideFiles)('the scripts of $id', ({ data }) => {
  it.each(BROADCAST_LENGTHS)('of %d seconds fills its time and keeps to it', (length) => {
    const { lines, seconds } = broadcastOf(data, length);
    expect(seconds).toBeLessThanOrEqual(length);
    expect(seconds).toBeGreaterThanOrEqual(0.75 * length);
    expect(lines.join('')).not.toMatch(/[\d%℃!！（]{1}\d|\d/);
    for (const line of lines) expect(line).toMatch(/^[^。？].*。$/u);
  });

  it.each(BROADCAST_LENGTHS)(
    'of %d seconds says all that is to be done now, and whom to call twice',
    (length) => {
      const { lines } = broadcastOf(data, length);
      const { number, what } = numberToCall(data);
      expect(lines.slice(-2)).toEqual(
        Array(2).fill(`${what}，打${spoken(`打${number}`).slice(1)}。`),
      );
      for (const { text } of data.now) {
        const times = lines.filter((line) => line === `${plain(spoken(text))}。`).length;
        expect(times, text).toBe(length === 90 ? 2 : 1);
      }
    },
  );

  it('say nothing that the guide does not, and none of what not to do', () => {
    const own = [
      ...[data.title, ...data.summary.split(/(?<=。)/u)],
      ...[...data.now, ...data.before, ...data.during].map(({ text }) => text),
      ...data.pairs.map((pair) => pair.do),
    ].map((text) => plain(spoken(text)));
    const lines = broadcastOf(data, 90).lines.slice(1, -2);
    expect(lines.map(plain).filter((line) => line !== '再说一遍' && !own.includes(line))).toEqual(
      [],
    );
  });
});

describe('the number to call', () => {
  const numberOf = (slug: string) => {
    const guide = guideFiles.find(({ id }) => id === slug);
    return guide && numberToCall(guide.data).number;
  };
  it.each([
    ['earthquake', '119'],
    ['flood', '119'],
    ['cpr', '120'],
    ['forest-fire', '12119'],
    ['fishing-boat', '12395'],
    ['road-safety', '122'],
    ['outage', '95598'],
    ['disaster-insurance', '12345'],
    ['post-disaster-mind', '12356'],
    ['tan-lu-fault', '119'],
  ])('of %s is %s', (slug, number) => {
    expect(numberOf(slug)).toBe(number);
  });

  it('is one of the numbers on the page of numbers', () => {
    const known = phones.groups.flatMap(({ numbers }) => numbers.map(({ number }) => number));
    for (const { id, data } of guideFiles) expect(known, id).toContain(numberToCall(data).number);
  });
});
