import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spoken, spokenInteger, spokenSeconds } from '../../../src/lib/spoken.ts';

/** Reads a number in words back, by another way than it was written. */
function readInteger(words: string): number {
  const [high, low] = words.includes('万') ? words.split('万') : ['', words];
  const small = (text: string) => {
    let sum = 0;
    let digit = 0;
    for (const one of text.replaceAll('零', '').replaceAll('两', '二')) {
      const place = { 十: 10, 百: 100, 千: 1000 }[one];
      if (place === undefined) digit = '零一二三四五六七八九'.indexOf(one);
      else {
        sum += (digit || 1) * place;
        digit = 0;
      }
    }
    return sum + digit;
  };
  return small(high ?? '') * 10_000 + small(low ?? '');
}

describe('a spoken number', () => {
  it.each([
    ['打119', '打幺幺九'],
    ['打110、119', '打幺幺零、幺幺九'],
    ['打12395或119，报位置', '打幺二三九五或幺幺九，报位置'],
    ['不急打12345', '不急打幺二三四五'],
    ['断线：离开8米，打95598', '断线：离开八米，打九五五九八'],
    ['每分钟按100到120次', '每分钟按一百到一百二十次'],
    ['每分钟按100–120次', '每分钟按一百到一百二十次'],
    ['离开120米以外', '离开一百二十米以外'],
    ['用大量水冲15分钟', '用大量水冲十五分钟'],
    ['2次、2分钟、2个人', '两次、两分钟、两个人'],
    ['2月12日、2楼、2级', '二月十二日、二楼、二级'],
    ['37–40℃的温水', '三十七到四十摄氏度的温水'],
    ['30:2', '三十比二'],
    ['3栋2单元501', '三栋二单元五零一'],
    ['2026年5月12日', '二零二六年五月十二日'],
    ['占80%', '占百分之八十'],
    ['0.5毫米', '零点五毫米'],
    ['84消毒液', '八四消毒液'],
    ['拿AED', '拿AED'],
  ])('%s', (written, said) => {
    expect(spoken(written)).toBe(said);
  });

  it('means what was written, up to a hundred million', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (number) => {
        const words = spokenInteger(number);
        expect(words).toMatch(/^[零一二三四五六七八九十百千万两]+$/u);
        expect(words).not.toMatch(/零零|零$(?<=.零)/u);
        expect(readInteger(words)).toBe(number);
      }),
    );
  });

  it('leaves no digit in any text', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[打第约冲]{1,2}\d{1,7}[次米年℃%，。楼]{0,2}\d{0,3}$/u),
        (text) => {
          expect(spoken(text)).not.toMatch(/\d/);
        },
      ),
    );
  });
});

describe('the length of a script', () => {
  it('counts what is said, and no signs', () => {
    expect(spokenSeconds('一'.repeat(240))).toBe(60);
    expect(spokenSeconds(`${'一，'.repeat(120)}。`)).toBe(30);
    expect(spokenSeconds('')).toBe(0);
  });
});
