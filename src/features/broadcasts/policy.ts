import { spoken, SPOKEN_CHARACTERS_PER_MINUTE, spokenSeconds } from '../../lib/spoken.ts';
import type { Guide } from '../guides/schema.ts';

/** How long a village's loudspeaker has: a warning between two other things, or an announcement of its own. */
export const BROADCAST_LENGTHS = [30, 90] as const;
export type BroadcastLength = (typeof BROADCAST_LENGTHS)[number];

/** Who answers, by the number that a guide tells people to call. */
const NUMBERS: Readonly<Record<string, string>> = {
  '119': '火警和救援',
  '120': '急救',
  '110': '报警',
  '122': '交通事故',
  '12119': '森林火警',
  '12395': '水上遇险',
  '12345': '政务热线',
  '12350': '安全生产举报',
  '12356': '心理援助',
  '95598': '供电抢修',
};

export interface EmergencyNumber {
  number: string;
  what: string;
}

/** Answered day and night by people who come or stay on the line, the most general first. The others are asked at leisure. */
const HELPERS = ['119', '120', '110', '122', '12119', '12395', '12356'];

/** The numbers that a text tells people to call, as often as it does. */
const calledIn = (texts: readonly { text: string }[]) =>
  texts
    .flatMap(({ text }) => [...text.matchAll(/(?<=[打拨、和或，])\d{3,5}(?!\d)/gu)])
    .map(([number]) => number)
    .filter((number) => number in NUMBERS);

/**
 * The number that a guide tells people to call: the first that helps among what to do now, else the one that it names
 * most often later on, else whichever it names at all. Who names none gets 119.
 */
export function numberToCall(guide: Guide): EmergencyNumber {
  const now = calledIn(guide.now);
  const later = calledIn([...guide.during, ...guide.after, ...guide.before]);
  const times = (number: string) => later.filter((one) => one === number).length;
  const number =
    now.find((one) => HELPERS.includes(one)) ??
    HELPERS.filter((one) => later.includes(one)).toSorted((a, b) => times(b) - times(a))[0] ??
    [...now, ...later, '119'][0] ??
    '';
  return { number, what: NUMBERS[number] ?? '' };
}

/** One sentence a line, with a full stop and the figures as they are said. */
const sentence = (text: string) => `${spoken(text).replace(/[。？，；\s]+$/u, '')}。`;

const secondsOf = (lines: readonly string[]) => spokenSeconds(lines.join(''));

export interface Broadcast {
  /** One breath each. */
  lines: string[];
  seconds: number;
}

/**
 * A guide as it is read out: what it is about, what to do now, and whom to call, said twice. The longer script says more
 * of the same guide and all that is to be done now a second time. No sentence stands in it that is not the guide's own.
 */
export function broadcastOf(guide: Guide, length: BroadcastLength): Broadcast {
  const { number, what } = numberToCall(guide);
  const call = sentence(`${what}，打${number}`);
  const now = guide.now.map(({ text }) => sentence(text));
  const opening = [`请注意听。`, sentence(guide.title)];
  const closing = [call, call];
  const summary = sentences(guide.summary).filter((line) => !now.includes(line));
  if (length === 30) {
    const rest = secondsOf([...opening, ...now, ...closing]);
    const fits = rest + secondsOf(summary) <= length ? summary : [];
    return finished([...opening, ...fits, ...now, ...closing]);
  }
  const start = [...opening, ...summary, ...now];
  const end = ['再说一遍。', ...now, ...closing];
  const more = moreOf(guide).filter((line) => !start.includes(line));
  const room = length - secondsOf([...start, ...end]);
  return finished([...start, ...fill(more, room), ...end]);
}

const sentences = (text: string) =>
  text
    .split(/(?<=[。？])/u)
    .filter((part) => part.trim() !== '')
    .map(sentence);

const finished = (lines: string[]): Broadcast => ({ lines, seconds: secondsOf(lines) });

/**
 * What else a listener can use, most important first. Of the pairs what to do alone: out of doors half a sentence is lost,
 * and what remains of “不该做的：坐电梯” is advice to take the lift.
 */
function moreOf(guide: Guide): string[] {
  const steps = [...guide.before, ...guide.during].map(({ text }) => text);
  return [...guide.pairs.map((pair) => pair.do), ...steps].map(sentence);
}

/** As many lines, in their order, as a number of seconds holds; one too long makes room for the next. */
function fill(lines: readonly string[], seconds: number): string[] {
  const taken: string[] = [];
  for (const line of lines) {
    if (secondsOf([...taken, line]) <= seconds && !taken.includes(line)) taken.push(line);
  }
  return taken;
}

/** A script as a file: what it is above, the words to be said between two rules, where it comes from below. */
export function broadcastText(guide: Guide, length: BroadcastLength, page?: URL): string {
  const { lines, seconds } = broadcastOf(guide, length);
  const state =
    guide.review === 'none'
      ? `待专业审核：写于${guide.writtenOn}，还没有专业人员看过。播出前请当地应急管理部门看一遍。`
      : `${guide.review.checkedOn}审核，${guide.review.nextDue}前复核。`;
  const sources = Object.values(guide.sources).map(({ title, issuer }) => `${title}（${issuer}）`);
  return [
    `广播稿：${guide.title}`,
    `念完大约${seconds}秒，按每分钟${SPOKEN_CHARACTERS_PER_MINUTE}个字（本平台约定）。一行一口气。`,
    state,
    '',
    '----------',
    ...lines,
    '----------',
    '',
    ...(page ? [`全文：${page.href}`] : []),
    `来源：${sources.join('；')}`,
    '安澜',
    '',
  ].join('\r\n');
}
