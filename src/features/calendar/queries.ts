import { asc, gte } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { WorkCalendar } from './policy.ts';
import { calendarDays, calendarYears } from './table.ts';

type Reader = Pick<CommandContext, 'db'>;

/** The two reads of which a `WorkCalendar` is made, for a batch of the caller's. */
export function calendarReads({ db }: Reader, fromYear: number) {
  return [
    db.select().from(calendarYears).where(gte(calendarYears.year, fromYear)),
    db.select().from(calendarDays).where(gte(calendarDays.year, fromYear)),
  ] as const;
}

/** The arrangement from this year on; earlier years are not asked for. One request. */
export async function readCalendar(ctx: Reader, fromYear: number): Promise<WorkCalendar> {
  const [years, days] = await ctx.db.batch(calendarReads(ctx, fromYear));
  return new WorkCalendar(
    years.map(({ year }) => year),
    days,
  );
}

/** Every year that was entered with its days, oldest first, for whoever keeps the table. */
export async function listYears({ db }: Reader) {
  const [years, days] = await db.batch([
    db.select().from(calendarYears).orderBy(asc(calendarYears.year)),
    db.select().from(calendarDays).orderBy(asc(calendarDays.day)),
  ]);
  return years.map((year) => ({ ...year, days: days.filter((day) => day.year === year.year) }));
}
