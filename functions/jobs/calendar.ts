import { missingYear } from '../../src/features/calendar/policy.ts';
import { listYears } from '../../src/features/calendar/queries.ts';
import { calendarDate, formatTime } from '../../src/lib/time.ts';
import type { Scope } from '../scope.ts';

/** Once a day is enough for what may take weeks: with the minute at which an office day begins. */
const AT = '09:00';

/** Warns when the turn of the year is near and nobody has entered the next arrangement of holidays. Changes nothing. */
export async function watchCalendar(scope: Scope): Promise<number> {
  if (formatTime(scope.now) !== AT) return 0;
  const years = await listYears(await scope.context());
  const missing = missingYear(
    years.map(({ year }) => year),
    scope.now,
  );
  if (missing) {
    scope.log('warn', 'calendar_year_missing', { year: missing, today: calendarDate(scope.now) });
  }
  return 0;
}
