import { Hono } from 'hono';
import { remindersFor } from '../../src/features/household/policy.ts';
import { readHouseholdContent } from '../../src/features/household/queries.ts';
import { readHousehold } from '../../src/features/household/schema.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { calendarDate } from '../../src/lib/time.ts';
import { reminderCalendar } from '../reminders.ts';
import type { AppEnv } from '../types.ts';

/** Reminders for a home's kit. All of it stands in the address; nothing is stored or asked of the database. */
export function householdFiles() {
  const files = new Hono<AppEnv>();
  files.get('/household/reminders.ics', (c) => {
    const { now } = c.var.scope;
    const { searchParams, origin } = new URL(c.req.url);
    const content = readHouseholdContent(now);
    const today = calendarDate(now);
    const asked = readHousehold(searchParams, content.reminders, today);
    if ('problems' in asked) {
      throw new DomainError('invalid', 'invalid_input', '里面有不对的地方，请回到清单页改。', {
        fields: asked.problems,
      });
    }
    const dues = remindersFor(asked.household ?? { until: {} }, content, today);
    return c.body(
      reminderCalendar(dues, `${origin}/household?${new URLSearchParams(asked.values)}`, now),
      200,
      {
        'Content-Type': 'text/calendar; charset=utf-8',
        'Content-Disposition': 'attachment; filename="anlan-household.ics"',
        'Cache-Control': 'no-store',
      },
    );
  });
  return files;
}
