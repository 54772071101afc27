import type { Refusals } from '../../lib/errors.ts';
import { formatTime, instantOf } from '../../lib/time.ts';
import type { SessionHours } from '../halls/policy.ts';
import type { HallSeason } from '../halls/table.ts';

const DAY_NAMES = '一二三四五六日';
const SUNDAY = 7;
/** Any date: only its hours are looked at. */
const SOME_DAY = '2026-01-01';

export interface WeekHours extends SessionHours {
  weekday: number;
}

/** A line that could not be read, from 1, with what is wrong in it. */
export interface LineProblem {
  line: number;
  problem: string;
}

const LINE =
  /^(\d{1,2}):(\d{2})\s*[-–—~至到]\s*(\d{1,2}):(\d{2})\s+(\d{1,4})人?(?:\s*团体\s*(\d{1,4})人?)?(?:\s*现场\s*(\d{1,4})人?)?$/u;
const DAYS =
  /^(?:(每天)|(?:周|星期)([一二三四五六日天])(?:\s*[-–—~至到]\s*(?:周|星期)?([一二三四五六日天]))?)\s+(.+)$/u;

/** `09:00-10:15 40 团体30 现场4`: hours, places in all, of which for groups and for walk-ins. */
function readSpan(text: string): SessionHours | string {
  const found = LINE.exec(text);
  if (!found) return '请写成“09:00-10:15 40 团体30 现场4”的样子';
  const [hour = 0, minute = 0, endHour = 0, endMinute = 0, capacity = 0, groups = 0, walkIns = 0] =
    found.slice(1).map((one) => Number(one ?? 0));
  const startsMinute = hour * 60 + minute;
  const endsMinute = endHour * 60 + endMinute;
  if (minute > 59 || endMinute > 59 || startsMinute > 1439 || endsMinute > 1440) {
    return '没有这个钟点';
  }
  if (endsMinute <= startsMinute) return '结束要比开始晚';
  if (capacity === 0) return '名额至少1个';
  if (groups + walkIns > capacity) return '团体和现场加起来不能比名额多';
  return { startsMinute, endsMinute, capacity, groupPlaces: groups, walkInPlaces: walkIns };
}

const linesOf = (text: string) =>
  text
    .normalize('NFKC')
    .split('\n')
    .map((line) => line.trim());

/** Hours of one day, a session a line. */
export function readDayHours(text: string): { hours: SessionHours[]; problems: LineProblem[] } {
  const hours: SessionHours[] = [];
  const problems: LineProblem[] = [];
  linesOf(text).forEach((line, index) => {
    if (line === '') return;
    const span = readSpan(line);
    const problem = typeof span === 'string' ? span : clash(hours, span);
    if (problem) problems.push({ line: index + 1, problem });
    else hours.push(span as SessionHours);
  });
  return { hours, problems };
}

/** Hours of a week: `周二至周五 09:00-10:15 40 团体30 现场4`, a session a line. */
export function readWeekHours(text: string): { hours: WeekHours[]; problems: LineProblem[] } {
  const hours: WeekHours[] = [];
  const problems: LineProblem[] = [];
  linesOf(text).forEach((line, index) => {
    if (line === '') return;
    const found = DAYS.exec(line);
    const span = found ? readSpan(found[4] ?? '') : '请先写星期几，例如“周二至周五”“周六”“每天”';
    const weekdays = found ? weekdaysOf(found[1], found[2], found[3]) : [];
    const problem =
      typeof span === 'string'
        ? span
        : weekdays.length === 0
          ? '星期的先后反了'
          : clash(
              hours.filter(({ weekday }) => weekdays.includes(weekday)),
              span,
            );
    if (problem) problems.push({ line: index + 1, problem });
    else hours.push(...weekdays.map((weekday) => ({ weekday, ...(span as SessionHours) })));
  });
  return { hours, problems };
}

function weekdaysOf(everyDay?: string, from?: string, until?: string): number[] {
  const numberOf = (name = '') => DAY_NAMES.indexOf(name.replace('天', '日')) + 1;
  const first = everyDay ? 1 : numberOf(from);
  const last = everyDay ? SUNDAY : until ? numberOf(until) : first;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, nth) => first + nth);
}

/** The house has one session at a time; one in a zone beside it is added by hand. */
function clash(others: readonly SessionHours[], one: SessionHours): string | undefined {
  const meets = others.some(
    ({ startsMinute, endsMinute }) =>
      one.startsMinute < endsMinute && startsMinute < one.endsMinute,
  );
  return meets ? '和前面的一场时间重叠' : undefined;
}

/** One session as the form reads it again. */
export function spanText({ startsMinute, endsMinute, capacity, ...places }: SessionHours): string {
  const at = (minute: number) => formatTime(instantOf(SOME_DAY, minute));
  const end = endsMinute === 1440 ? '24:00' : at(endsMinute);
  return [
    `${at(startsMinute)}-${end} ${capacity}`,
    ...(places.groupPlaces > 0 ? [`团体${places.groupPlaces}`] : []),
    ...(places.walkInPlaces > 0 ? [`现场${places.walkInPlaces}`] : []),
  ].join(' ');
}

/** A week as the form reads it again; days after each other with the same sessions stand together. */
export function weekText(hours: readonly WeekHours[]): string {
  const dayText = (weekday: number) =>
    hours
      .filter((one) => one.weekday === weekday)
      .toSorted((a, b) => a.startsMinute - b.startsMinute)
      .map(spanText);
  const lines: string[] = [];
  for (let from = 1; from <= SUNDAY; from += 1) {
    const spans = dayText(from);
    let until = from;
    while (until < SUNDAY && dayText(until + 1).join('\n') === spans.join('\n')) until += 1;
    const name = (day: number) => `周${DAY_NAMES[day - 1]}`;
    const days = from === until ? name(from) : `${name(from)}至${name(until)}`;
    lines.push(...spans.map((span) => `${days} ${span}`));
    from = until;
  }
  return lines.join('\n');
}

/** A season whose days meet another's; undefined when each day of the year has one season at most. */
export function overlappingSeason(
  season: Pick<HallSeason, 'season' | 'fromDay' | 'untilDay'>,
  others: readonly HallSeason[],
): HallSeason | undefined {
  return others.find(
    (other) =>
      other.season !== season.season &&
      (isWithin(other.fromDay, season) || isWithin(season.fromDay, other)),
  );
}

function isWithin(
  day: string,
  { fromDay, untilDay }: Pick<HallSeason, 'fromDay' | 'untilDay'>,
): boolean {
  return fromDay <= untilDay
    ? fromDay <= day && day <= untilDay
    : fromDay <= day || day <= untilDay;
}

const hallUnknown = { code: 'not_found', message: '没有找到这个场馆。' } as const;

export const openingRefusals: Refusals = {
  hall_unknown: hallUnknown,
  foreign_key: hallUnknown,
};

export const sessionRefusals: Refusals = {
  ...openingRefusals,
  'unique:hall_sessions.hall_slug,hall_sessions.starts_at,hall_sessions.held_at': {
    code: 'conflict',
    reason: 'session_exists',
    field: 'session',
    message: '这个时间、这个地方已经有一场了（也可能是撤下或停开的）。请换时间，或换个区',
  },
};
