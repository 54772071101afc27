/** Numbers and signs as a person reads them out in Chinese, for texts that are spoken and not seen. */

const DIGITS = '零一二三四五六七八九';
/** On the telephone and over the loudspeaker 一 and 七 sound alike: one is said 幺. */
const PHONE_DIGITS = '零幺二三四五六七八九';
const PLACES = ['', '十', '百', '千'];

/** Three-digit numbers that somebody answers; longer service numbers are told by their first digits. */
const PHONE = /^(110|119|120|122|12\d{3}|9[56]\d{3})$/;
/** What is counted: a number before one of these is an amount, whichever digits it has. */
const MEASURE = '[个次分人米厘公毫千年月日天度℃%％层级元件吨克小岁秒倍条辆户家℉]';
/** Before these two is 两: 两分钟, but 二月 and 二楼. */
const COUNTED =
  /^(个|次|分钟|小时|人|米|厘米|毫米|公里|公斤|天|条|年|遍|下|只|步|边|处|名|倍|口|岁|周|升|根|份|件|瓶|台|种|间|户|家|辆|张|道|头|手|秒|点|类|项|样|层|格|节|晚|瓣|句|半)/;

const digitByDigit = (number: string, names: string) =>
  Array.from(number, (digit) => names[Number(digit)] ?? digit).join('');

/** Below ten thousand. `15` → 十五, `1005` → 一千零五, `200` → 两百. */
function belowTenThousand(number: number): string {
  const digits = Array.from(String(number), Number);
  let words = '';
  let isGap = false;
  digits.forEach((digit, index) => {
    const place = digits.length - 1 - index;
    if (digit === 0) {
      isGap = words !== '';
      return;
    }
    const isPair = digit === 2 && place >= 2;
    words += `${isGap ? '零' : ''}${isPair ? '两' : DIGITS[digit]}${PLACES[place]}`;
    isGap = false;
  });
  return words.replace(/^一十/, '十');
}

/** A whole number from 0 up to 99,999,999 as it is said. @throws RangeError beyond. */
export function spokenInteger(number: number): string {
  if (!Number.isInteger(number) || number < 0 || number >= 1e8) {
    throw new RangeError(`${number} is no number that a script says.`);
  }
  if (number === 0) return '零';
  const high = Math.floor(number / 1e4);
  const low = number % 1e4;
  const rest = low === 0 ? '' : `${high > 0 && low < 1000 ? '零' : ''}${belowTenThousand(low)}`;
  if (high === 0) return rest;
  return `${high === 2 ? '两' : belowTenThousand(high)}万${rest}`;
}

function spokenAmount(number: string, after: string): string {
  const [whole = '0', part] = number.split('.');
  if (whole.length > 8) return digitByDigit(number.replace('.', '点'), DIGITS);
  const words = spokenInteger(Number(whole));
  if (part !== undefined) return `${words}点${digitByDigit(part, DIGITS)}`;
  return whole === '2' && COUNTED.test(after) ? '两' : words;
}

/**
 * A sentence with its figures as they are spoken: `打119` → 打幺幺九, `2分钟` → 两分钟, `100–120次/分` → 一百到一百二十次每分,
 * `单元501` → 单元五零一. Letters such as AED stay, since people say them.
 */
export function spoken(text: string): string {
  return (
    text
      .replace(/(?<![\d.])(\d{3,5})(?![\d.])/g, (number, _, at: number) => {
        const after = text.slice(at + number.length);
        const isCounted = new RegExp(`^\\s*${MEASURE}|^[–\\-~～]\\d`).test(after);
        const isEndOfRange = /\d[–\-~～]$/.test(text.slice(0, at));
        if (PHONE.test(number) && !isCounted && !isEndOfRange)
          return digitByDigit(number, PHONE_DIGITS);
        return /(单元|室|房|号楼)$/.test(text.slice(0, at)) ? digitByDigit(number, DIGITS) : number;
      })
      // A brand's name, and no amount.
      .replaceAll('84消毒', '八四消毒')
      .replace(/((?:19|20)\d{2})年/g, (_, year: string) => `${digitByDigit(year, DIGITS)}年`)
      .replace(/(\d+(?:\.\d+)?)[%％]/g, (_, share: string) => `百分之${spokenAmount(share, '')}`)
      .replace(/(\d)\s*[–\-~～]\s*(?=\d)/g, '$1到')
      .replace(/(\d)\s*[:：]\s*(?=\d)/g, '$1比')
      .replaceAll('℃', '摄氏度')
      .replaceAll('≥', '不少于')
      .replaceAll('≤', '不超过')
      .replace(/(\p{Script=Han})\/(?=\p{Script=Han})/gu, '$1每')
      .replace(/\d+(?:\.\d+)?/g, (number, at: number, whole: string) =>
        spokenAmount(number, whole.slice(at + number.length)),
      )
  );
}

/**
 * How long a text takes to read out over a loudspeaker, in whole seconds, pauses included. 240 characters a minute is
 * 本平台约定: slower than the 300 of a newsreader, since an echo runs after each word out of doors.
 */
export const SPOKEN_CHARACTERS_PER_MINUTE = 240;

export function spokenSeconds(text: string): number {
  const characters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return Math.ceil((characters * 60) / SPOKEN_CHARACTERS_PER_MINUTE);
}
