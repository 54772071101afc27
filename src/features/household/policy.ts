import type { CalendarDate } from '../../lib/time.ts';
import { addMonths } from '../availability/policy.ts';
import {
  CARED,
  HOMES,
  KIT_GROUPS,
  MEMBERS,
  type Counted,
  type Household,
  type HouseholdContent,
  type KitItem,
  type Reminder,
} from './schema.ts';

/** One line of the list. */
export interface KitLine {
  item: KitItem;
  /** Whole units, at least one. */
  amount: number;
}

/** Everybody under the roof, infants and the old included. */
export function peopleOf({ counts }: Pick<Household, 'counts'>): number {
  return counts.adults + counts.children + counts.infants + counts.elders;
}

/** How much of one thing a home needs: never less for more people or more days, nothing where it does not apply. */
export function amountOf(item: KitItem, household: Household): number {
  const { counts, home, days } = household;
  const { only, fixed = 0, per = {}, daily, daysMin = 0 } = item;
  const applies =
    only === undefined ||
    only === home ||
    (only === 'water' && household.water) ||
    (only === 'fuel' && household.fuel);
  if (!applies) return 0;
  const people = peopleOf(household);
  const all: Record<Counted | 'people' | 'eaters', number> = {
    ...counts,
    people,
    eaters: people - counts.infants,
  };
  const rates = Object.entries(per) as [keyof typeof all, number][];
  const each = rates.reduce((sum, [who, rate]) => sum + all[who] * rate, 0);
  return Math.ceil(fixed + each * (daily ? Math.max(days, daysMin) : 1));
}

/** What to have at home, by group, without what this home has no use for. */
export function kitFor(
  household: Household,
  { items }: Pick<HouseholdContent, 'items'>,
): { group: KitItem['group']; lines: KitLine[] }[] {
  return KIT_GROUPS.map((group) => ({
    group,
    lines: items
      .filter((item) => item.group === group)
      .map((item) => ({ item, amount: amountOf(item, household) }))
      .filter(({ amount }) => amount > 0),
  })).filter(({ lines }) => lines.length > 0);
}

export interface Due {
  reminder: Reminder;
  on: CalendarDate;
  /** Every so many months from then on; none where a packet says when. */
  everyMonths: number | undefined;
}

/** The 29th to 31st are not in every month, and a calendar would leave those months out. */
const LAST_COMMON_DAY = 28;

/** When to look at what: on the packet's own date where one was given, else at intervals from today on. */
export function remindersFor(
  { until }: Pick<Household, 'until'>,
  { reminders }: Pick<HouseholdContent, 'reminders'>,
  today: CalendarDate,
): Due[] {
  const month = today.slice(0, 7);
  const day = String(Math.min(Number(today.slice(8)), LAST_COMMON_DAY)).padStart(2, '0');
  return reminders.map((reminder) => {
    const on = until[reminder.id];
    return on
      ? { reminder, on, everyMonths: undefined }
      : {
          reminder,
          on: `${addMonths(month, reminder.months)}-${day}`,
          everyMonths: reminder.months,
        };
  });
}

/** All that the page of a home may say, for searching it. */
export function householdText({ items, reminders, plan, sources }: HouseholdContent): string {
  return [
    ...KIT_GROUPS,
    ...[...MEMBERS, ...CARED].map(({ label }) => label),
    ...Object.values(HOMES),
    ...items.flatMap(({ name, why }) => [name, why]),
    ...reminders.flatMap(({ title, what, label = '' }) => [title, what, label]),
    ...plan.map(({ text }) => text),
    ...Object.values(sources).flatMap(({ title, issuer, clause = '' }) => [title, issuer, clause]),
  ].join(' ');
}
