import { daysLeftInMonth, type CalendarDate } from '../../lib/time.ts';
import { REMIND_DAYS } from '../duties/policy.ts';

/** 本平台约定: the first days of a month belong to whoever plans ahead; then somebody is reminded. */
const PLAN_NUDGE_FROM_DAY = 3;

/** Whether a county's organisers are told who has not drilled: in the same last week as the organisations. */
export function isDutyWeek(today: CalendarDate): boolean {
  return daysLeftInMonth(today) <= REMIND_DAYS;
}

/** Whether organisers are told of items of this month's plan that nobody has begun with. */
export function isPlanTime(today: CalendarDate): boolean {
  return Number(today.slice(8)) >= PLAN_NUDGE_FROM_DAY;
}
