import { isWithin, type RegionCode } from '../../lib/regions/codes.ts';
import { addDays, daysBetween, weekdayOf, type CalendarDate } from '../../lib/time.ts';
import type { CalendarDays } from '../../lib/day-calendar.ts';
import type { PlanRegion, Season } from '../regions/schema.ts';
import type { Campaign, When } from './schema.ts';

/** From the first to the last day, both included. */
export interface Span {
  from: CalendarDate;
  to: CalendarDate;
}

const two = (number: number) => String(number).padStart(2, '0');
const dateOf = (year: number, month: number, day: number): CalendarDate =>
  `${year}-${two(month)}-${two(day)}`;
const yearOf = (date: CalendarDate) => Number(date.slice(0, 4));

function monthSpan(year: number, month: number): Span {
  const next = month === 12 ? dateOf(year + 1, 1, 1) : dateOf(year, month + 1, 1);
  return { from: dateOf(year, month, 1), to: addDays(next, -1) };
}

/** When a rule falls in a year. */
export function spanOf(when: When, year: number): Span {
  const month = monthSpan(year, when.month);
  if (when.kind === 'month') return month;
  if (when.kind === 'day') {
    const day = dateOf(year, when.month, when.day);
    return { from: day, to: day };
  }
  const { weekday, nth } = when;
  const day =
    nth === -1
      ? addDays(month.to, -((weekdayOf(month.to) - weekday + 7) % 7))
      : addDays(month.from, ((weekday - weekdayOf(month.from) + 7) % 7) + 7 * (nth - 1));
  return { from: day, to: day };
}

/** A campaign's days in a year: the week that the year's circular names, else what the rule says. */
export function spanIn({ when, years }: Campaign, year: number): Span {
  return years.find((one) => one.year === year)?.week ?? spanOf(when, year);
}

/** The days that come next, or that it is now. */
export function nextSpan(campaign: Campaign, today: CalendarDate): Span {
  const own = spanIn(campaign, yearOf(today));
  return own.to >= today ? own : spanIn(campaign, yearOf(today) + 1);
}

interface File<Data> {
  id: string;
  data: Data;
}

export type CampaignFile = File<Campaign>;
export interface ComingCampaign<Entry extends CampaignFile = CampaignFile> {
  campaign: Entry;
  span: Span;
  isNow: boolean;
  /** 0 while it is on. */
  daysUntil: number;
}

/** Every campaign by when it comes next; those of today first. */
export function comingCampaigns<Entry extends CampaignFile>(
  campaigns: readonly Entry[],
  today: CalendarDate,
): ComingCampaign<Entry>[] {
  return campaigns
    .map((campaign) => {
      const span = nextSpan(campaign.data, today);
      return {
        campaign,
        span,
        isNow: span.from <= today,
        daysUntil: Math.max(0, daysBetween(today, span.from)),
      };
    })
    .toSorted(
      (a, b) => a.span.from.localeCompare(b.span.from) || a.span.to.localeCompare(b.span.to),
    );
}

/** The campaigns of which some day lies in the month of this date, gone days included. */
export function campaignsOfMonth<Entry extends CampaignFile>(
  campaigns: readonly Entry[],
  date: CalendarDate,
): { campaign: Entry; span: Span }[] {
  const month = monthSpan(yearOf(date), Number(date.slice(5, 7)));
  return campaigns
    .map((campaign) => ({ campaign, span: spanIn(campaign.data, yearOf(date)) }))
    .filter(({ span }) => span.from <= month.to && span.to >= month.from)
    .toSorted((a, b) => a.span.from.localeCompare(b.span.from));
}

/** `每年5月12日`, `每年6月`, `每年3月最后一个星期一` */
export function whenWords(when: When): string {
  if (when.kind === 'day') return `每年${when.month}月${when.day}日`;
  if (when.kind === 'month') return `每年${when.month}月`;
  const nth = when.nth === -1 ? '最后一个' : `第${'一二三四'[when.nth - 1]}个`;
  return `每年${when.month}月${nth}星期${'一二三四五六日'[when.weekday - 1]}`;
}

const dayWords = (date: CalendarDate) =>
  `${Number(date.slice(5, 7))}月${Number(date.slice(8, 10))}日`;

/** `2027年5月12日`, `2027年5月8日到14日`, `2027年6月` */
export function spanWords({ from, to }: Span): string {
  const year = `${from.slice(0, 4)}年`;
  if (from === to) return year + dayWords(from);
  const month = monthSpan(yearOf(from), Number(from.slice(5, 7)));
  if (from === month.from && to === month.to) return `${year}${Number(from.slice(5, 7))}月`;
  const isOneMonth = from.slice(0, 7) === to.slice(0, 7);
  return `${year}${dayWords(from)}到${isOneMonth ? `${Number(to.slice(8, 10))}日` : dayWords(to)}`;
}

/** Seasons that hold on this date in a region: its own, and those of what it is part of. */
export function seasonsOn(
  regions: readonly PlanRegion[],
  date: CalendarDate,
  code?: RegionCode,
): { region: RegionCode; season: Season }[] {
  const day = date.slice(5);
  return regions
    .filter((region) => code === undefined || isWithin(code, region.code))
    .flatMap((region) =>
      region.seasons
        .filter(({ from, to }) => from <= day && day <= to)
        .map((season) => ({ region: region.code, season })),
    );
}

/** Every campaign of this year and the next as whole days of a calendar. @param origin of the site, for the links. */
export function calendarDays(
  campaigns: readonly CampaignFile[],
  today: CalendarDate,
  origin: string,
): CalendarDays[] {
  return [yearOf(today), yearOf(today) + 1].flatMap((year) =>
    campaigns.map(({ id, data }) => ({
      id: `campaign-${id}-${year}@anlan`,
      ...spanIn(data, year),
      summary: data.name,
      description: data.about,
      url: `${origin}/campaigns/${id}`,
    })),
  );
}

/** What a schema cannot see: campaigns that lead to a guide which does not exist. */
export function campaignProblems(
  campaigns: readonly CampaignFile[],
  guides: readonly string[],
): string[] {
  return campaigns.flatMap(({ id, data }) =>
    data.guides.flatMap((guide, index) =>
      guides.includes(guide)
        ? []
        : [
            `content/campaigns/${id}.md：guides 第${index + 1}条：没有指南“${guide}”，请查拼写或删掉`,
          ],
    ),
  );
}

/** Whether the date says it all: 每年12月2日 adds nothing to 2026年12月2日. */
export const isSaidBySpan = (when: When, span: Span): boolean =>
  spanWords(span).endsWith(whenWords(when).replace('每年', '年'));
