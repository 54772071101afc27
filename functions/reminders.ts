import { ICalAlarmType, ICalCalendarMethod, ICalEventRepeatingFreq } from 'ical-generator';
import type { Due } from '../src/features/household/policy.ts';
import { addMinutes, DAY_MS, instantOf, MINUTE_MS } from '../src/lib/time.ts';
import { newCalendar } from './calendar.ts';

/** Nine in the morning: the shops are open and nobody sleeps. */
const AT_MINUTE = 9 * 60;
const LASTS_MINUTES = 30;
/** Time to buy what has to be replaced. */
const AHEAD_SECONDS = 7 * 24 * 60 * 60;

/**
 * When to look at what, as a calendar file (RFC 5545). The UID names the reminder and nothing of the home, so that a file
 * made again replaces the entries of the one before; SEQUENCE rises with the minute at which it was made.
 * @param page where the list itself stands, with what was asked.
 */
export function reminderCalendar(dues: readonly Due[], page: string, now: Date): string {
  const calendar = newCalendar();
  calendar.name('安澜：家里的应急物资').method(ICalCalendarMethod.PUBLISH);
  for (const { reminder, on, everyMonths } of dues) {
    const start = instantOf(on, AT_MINUTE);
    const event = calendar.createEvent({
      id: `household-${reminder.id}@anlan`,
      sequence: Math.floor(now.getTime() / MINUTE_MS),
      stamp: now,
      start,
      end: addMinutes(start, LASTS_MINUTES),
      summary: reminder.title,
      description: reminder.what,
      url: page,
      ...(everyMonths === undefined
        ? {}
        : { repeating: { freq: ICalEventRepeatingFreq.MONTHLY, interval: everyMonths } }),
    });
    // What comes each month needs no week of warning; a date on a packet does, while it is still ahead.
    const ahead = everyMonths === 1 || start.getTime() - now.getTime() < 7 * DAY_MS;
    for (const triggerBefore of ahead ? [0] : [AHEAD_SECONDS, 0]) {
      event.createAlarm({
        type: ICalAlarmType.display,
        triggerBefore,
        description: reminder.what,
      });
    }
  }
  return calendar.toString();
}
