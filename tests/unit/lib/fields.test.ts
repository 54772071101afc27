import { expect, it } from 'vitest';
import { openInput } from '../../../src/features/drills/schema.ts';
import { lineField } from '../../../src/lib/fields.ts';

const words = {
  missing: '请写',
  max: [60, '太长'] as [number, string],
  pattern: [/^[^\p{Cc}]+$/u, '不能用'] as [RegExp, string],
};

it('keeps the punctuation of words, and makes digits and letters ordinary in both', () => {
  const typed = '　２０２６年“Ａ级”演练：东楼，西楼（夜间） ';
  expect(lineField({ ...words, isProse: true }).parse(typed)).toBe(
    '2026年“A级”演练：东楼，西楼（夜间）',
  );
  expect(lineField(words).parse(typed)).toBe('2026年“A级”演练:东楼,西楼(夜间)');
});

it('takes the title of a drill as an office writes it', () => {
  const { title, place } = openInput.shape;
  for (const text of ['“11·9”消防宣传月：疏散演练（夜间）', '示例小学，教学楼；操场']) {
    expect(title.parse(text)).toBe(text);
    expect(place.parse(text)).toBe(text);
  }
  expect(title.safeParse('示例<b>').success).toBe(false);
});
