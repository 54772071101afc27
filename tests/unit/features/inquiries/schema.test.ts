import { describe, expect, it } from 'vitest';
import { answerInput, inquiryInput } from '../../../../src/features/inquiries/schema.ts';

const right = { kind: 'error', text: '示例：这里写错了' };
const parse = (values: object) => inquiryInput.safeParse({ ...right, ...values });
const wrongFields = (values: object) => [
  ...new Set(parse(values).error?.issues.map(({ path }) => path[0])),
];

describe('an inquiry', () => {
  it('takes the text as it was written, with one kind of line end', () => {
    const text = '<b>“引号”</b>，全角；\r\n第二行\r第三行 👨‍👩‍👧';
    expect(parse({ text: `  ${text}\n` }).data?.text).toBe(
      '<b>“引号”</b>，全角；\n第二行\n第三行 👨‍👩‍👧',
    );
  });

  it('leaves out control characters and turned directions', () => {
    expect(parse({ text: '一\u0000\u0007二\u202e三\t四' }).data?.text).toBe('一二三\t四');
  });

  it('takes 500 signs and not 501, whatever plane they are of', () => {
    for (const sign of ['字', '𠀀', '😀']) {
      expect(wrongFields({ text: sign.repeat(500) })).toEqual([]);
      expect(wrongFields({ text: sign.repeat(501) })).toEqual(['text']);
    }
  });

  it.each([[undefined], [''], [' \u3000\n'], ['\u0000'], [5], [null]])('refuses %j', (text) => {
    expect(wrongFields({ text })).toEqual(['text']);
  });

  it.each([
    [undefined, undefined],
    ['', null],
    [' ', null],
    ['/guides/cpr', '/guides/cpr'],
    ['/guides/cpr?from=a#b', '/guides/cpr'],
    ['/', '/'],
    // An address below these opens somebody's own thing.
    ['/tickets/ABCDEFGHJK', '/tickets'],
    ['/me/bookings/01930000-0000-7000-8000-000000000000', '/me'],
    ['/inquiries/ABCDEFGHJK', '/inquiries'],
    ['/media', '/media'],
  ])('is about %j: %j', (about, page) => {
    expect(parse({ about }).data?.about).toBe(page);
  });

  it.each([
    ['https://example.com/'],
    ['//example.com'],
    ['guides/cpr'],
    ['/\\example.com'],
    ['/<script>'],
    ['javascript:1'],
    [`/${'x'.repeat(200)}`],
    [7],
  ])('is not about %j', (about) => {
    expect(wrongFields({ about })).toEqual(['about']);
  });

  it('needs no phone, and takes a right one only', () => {
    for (const phone of [undefined, '', ' ']) expect(parse({ phone }).data?.phone).toBeUndefined();
    expect(parse({ phone: '+86 100 0000 6666' }).data?.phone).toBe('10000006666');
    for (const phone of ['1234', 'x', 13, null]) expect(wrongFields({ phone })).toEqual(['phone']);
  });

  it.each([[undefined], ['praise'], ['']])('is of no kind %j', (kind) => {
    expect(wrongFields({ kind })).toEqual(['kind']);
  });
});

describe('an answer', () => {
  const inquiryId = '01930000-0000-7000-8000-000000000000';

  it('holds nobody’s number and at most 1000 signs', () => {
    const ok = (text: string) => answerInput.safeParse({ inquiryId, text }).success;
    expect(ok('字'.repeat(1000))).toBe(true);
    expect(ok('字'.repeat(1001))).toBe(false);
    expect(ok('请打12345')).toBe(true);
    expect(ok('请打13812345678')).toBe(false);
  });
});
