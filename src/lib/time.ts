/**
 * The only room that knows the calendar. Instants are `Date`s and are stored as UTC milliseconds; people see
 * China Standard Time (UTC+8, no summer time since 1991). A calendar date is a string like `2026-11-22` and
 * never an instant.
 */
export type CalendarDate = string;

const ZONE = 'Asia/Shanghai';
const OFFSET_MS = 8 * 3_600_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const dayFormat = new Intl.DateTimeFormat('zh-CN', {
  timeZone: ZONE,
  month: 'long',
  day: 'numeric',
  weekday: 'short',
});
const timeFormat = new Intl.DateTimeFormat('zh-CN', {
  timeZone: ZONE,
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

export function addMinutes(at: Date, minutes: number): Date {
  return new Date(at.getTime() + minutes * MINUTE_MS);
}

/** The date that a person in China reads off the wall at this instant. */
export function calendarDate(at: Date): CalendarDate {
  return new Date(at.getTime() + OFFSET_MS).toISOString().slice(0, 10);
}

/** A calendar date from an address; undefined for what is none. */
export function readDate(text: string | null): CalendarDate | undefined {
  const isDate =
    text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
  return isDate && calendarDate(instantOf(text)) === text ? text : undefined;
}

/** The instant of a wall-clock minute (0–1440) of a calendar date in China. */
export function instantOf(date: CalendarDate, minute = 0): Date {
  return new Date(Date.parse(`${date}T00:00:00Z`) - OFFSET_MS + minute * MINUTE_MS);
}

export function addDays(date: CalendarDate, days: number): CalendarDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How many days after the first date the second one is; negative when it is before. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS;
}

/** How many days of the month are left after this one. */
export function daysLeftInMonth(date: CalendarDate): number {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month, 0)).getUTCDate() - day;
}

/** 1 = Monday … 7 = Sunday. */
export function weekdayOf(date: CalendarDate): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
}

/** `11月22日周日` */
export function formatDay(at: Date): string {
  return dayFormat.format(at);
}

/** `2026年11月22日` */
export function formatDate(date: CalendarDate): string {
  const [year, month, day] = date.split('-').map(Number);
  return `${year}年${month}月${day}日`;
}

/** `09:00` */
export function formatTime(at: Date): string {
  return timeFormat.format(at);
}

/** `09:00:05` */
export function formatSecond(at: Date): string {
  return new Date(at.getTime() + OFFSET_MS).toISOString().slice(11, 19);
}

/** `11月22日周日 09:00` */
export function formatDayTime(at: Date): string {
  return `${formatDay(at)} ${formatTime(at)}`;
}

/** `09:00–10:15` */
export function formatSpan(from: Date, to: Date): string {
  return `${formatTime(from)}–${formatTimeAfter(from, to)}`;
}

/** The time of a later instant beside an earlier one: `10:00`, `次日00:30`, `11月25日周三 10:00`. */
export function formatTimeAfter(from: Date, to: Date): string {
  const days = daysBetween(calendarDate(from), calendarDate(to));
  if (days === 0) return formatTime(to);
  return days === 1 ? `次日${formatTime(to)}` : formatDayTime(to);
}

/** `30分钟`, `2小时`, `1天`: the largest unit that says it in whole numbers. */
export function formatMinutes(minutes: number): string {
  if (minutes > 0 && minutes % 1440 === 0) return `${minutes / 1440}天`;
  if (minutes > 0 && minutes % 60 === 0) return `${minutes / 60}小时`;
  return `${minutes}分钟`;
}

/** `今天来的`, `等了3天`: how long something has waited, in calendar days. */
export function waitedWords(since: Date, now: Date): string {
  const days = daysBetween(calendarDate(since), calendarDate(now));
  return days <= 0 ? '今天来的' : `等了${days}天`;
}

/** `还有2天`, `今天到期`, `逾期3天`: how long there is until something is due, in calendar days. */
export function untilWords(due: Date, now: Date): string {
  const days = daysBetween(calendarDate(now), calendarDate(due));
  if (days < 0) return `逾期${-days}天`;
  return days === 0 ? '今天到期' : `还有${days}天`;
}

/** A part of each day in which nobody is disturbed, in minutes after midnight in China; it may reach over midnight. */
export interface QuietHours {
  fromMinute: number;
  toMinute: number;
}
