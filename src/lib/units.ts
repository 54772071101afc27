const DIGITS = '〇零一二三四五六七八九';
const NUMERAL = /[〇零一二三四五六七八九十百]+/g;
const byNumber = new Intl.Collator('zh-CN', { numeric: true });

/** `十二` is 12, `二十一` 21, `二〇三` 203. */
function readNumeral(text: string): number {
  const isPositional = !/[十百]/.test(text);
  let sum = 0;
  let digit = 0;
  for (const sign of text) {
    const scale = sign === '百' ? 100 : sign === '十' ? 10 : 0;
    if (scale > 0) {
      sum += (digit || 1) * scale;
      digit = 0;
    } else {
      digit = (isPositional ? digit * 10 : 0) + Math.max(0, DIGITS.indexOf(sign) - 1);
    }
  }
  return sum + digit;
}

const inDigits = (text: string) => text.replace(NUMERAL, (numeral) => String(readNumeral(numeral)));

/** Classes and buildings in the order in which people read them: 2栋 before 10栋, 一年级 before 二年级 before 教职工. */
export function compareUnits(a: string, b: string): number {
  return byNumber.compare(inDigits(a), inDigits(b)) || byNumber.compare(a, b);
}
