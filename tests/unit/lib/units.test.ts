import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareUnits } from '../../../src/lib/units.ts';

it('reads numbers in digits and in words', () => {
  const read = [
    ...['1栋', '2栋', '10栋', '一年级1班', '一年级2班', '二年级1班', '十年级', '十一年级'],
    ...['二十年级', '二十一年级', '一百零二年级', '二〇三室', '教职工'],
  ];
  const shuffled = fc.shuffledSubarray(read, { minLength: read.length, maxLength: read.length });
  fc.assert(
    fc.property(shuffled, (units) => {
      const rows = units.toSorted(compareUnits).filter((unit) => /年级|教职工/.test(unit));
      expect(rows).toEqual(read.filter((unit) => /年级|教职工/.test(unit)));
    }),
  );
  expect(['10栋', '2栋', '一栋'].toSorted(compareUnits)).toEqual(['一栋', '2栋', '10栋']);
  expect(['二〇三室', '一〇二室', '203室'].toSorted(compareUnits)[0]).toBe('一〇二室');
  expect(compareUnits('一栋', '1栋')).not.toBe(0);
});
