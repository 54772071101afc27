import type { Refusals } from '../../lib/errors.ts';
import { escapeMarkup } from '../../lib/markup.ts';
import { addMinutes, formatDayTime, HOUR_MS } from '../../lib/time.ts';
import type { Banner, BannerLevel } from './table.ts';

/** 本平台约定: whoever neither wrote nor released an urgent line looks at it within a day. */
export const REVIEW_WITHIN_HOURS = 24;

export const bannerLevelWords: Readonly<Record<BannerLevel, string>> = {
  notice: '紧急通知',
  blue: '蓝色预警',
  yellow: '黄色预警',
  orange: '橙色预警',
  red: '红色预警',
};

/** An urgent line as every page shows it, whoever puts it there. `place` is left out for everywhere. */
export function bannerMarkup(banner: {
  line: string;
  level: BannerLevel;
  href: string | null;
  place: string | null;
  until: Date;
}): string {
  const { line, level, href, place, until } = banner;
  const words = escapeMarkup(line);
  return (
    `<p class="live-${level}"><b>${bannerLevelWords[level]}</b> ` +
    (href === null ? words : `<a href="${escapeMarkup(href)}">${words}</a>`) +
    ` <small>${place ? `${escapeMarkup(place)}，` : ''}到${formatDayTime(until)}</small></p>`
  );
}

export type BannerState = 'written' | 'live' | 'over' | 'dropped';

export const bannerStateWords: Readonly<Record<BannerState, string>> = {
  written: '等另一位发布',
  live: '正在显示',
  over: '已结束',
  dropped: '没有发布',
};

type Standing = Pick<Banner, 'releasedAt' | 'until' | 'endedAt'>;

export function bannerState({ releasedAt, until, endedAt }: Standing, now: Date): BannerState {
  if (!releasedAt) return endedAt ? 'dropped' : 'written';
  return endedAt || !until || until <= now ? 'over' : 'live';
}

/** Released by two people and not yet looked at by a third. */
export function awaitsReview({
  releasedAt,
  reviewedAt,
}: Pick<Banner, 'releasedAt' | 'reviewedAt'>) {
  return releasedAt !== null && reviewedAt === null;
}

export function isReviewOverdue(
  banner: Pick<Banner, 'releasedAt' | 'reviewedAt'>,
  now: Date,
): boolean {
  return (
    awaitsReview(banner) &&
    now.getTime() - (banner.releasedAt?.getTime() ?? 0) > REVIEW_WITHIN_HOURS * HOUR_MS
  );
}

/** When a line would go dark that is released, or extended, now. */
export function goesDarkAt(hours: number, now: Date): Date {
  return addMinutes(now, hours * 60);
}

const notYours = { code: 'not_found', message: '没有找到这一项。' } as const;

export const bannerRefusals: Refusals = {
  writing_not_yours: notYours,
  release_not_yours: notYours,
  banner_unknown: notYours,
  banner_released: { code: 'conflict', message: '这一条已经发布了。' },
  banner_not_released: { code: 'conflict', message: '这一条还没有发布。' },
  banner_over: { code: 'conflict', message: '这一条已经结束了。要再显示，请另写一条。' },
  banner_too_old: { code: 'conflict', message: '写好超过一天了，情况可能有变。请另写一条。' },
  banners_too_many: {
    code: 'conflict',
    message: '已经有3条在显示。先结束一条，再发布这一条。',
  },
  banner_reviewed: { code: 'conflict', message: '这一条已经复核过了。' },
  releasing_own_words: { code: 'conflict', message: '不能发布自己写的。请另一位来发布。' },
  reviewing_own_banner: {
    code: 'conflict',
    message: '写的人和发布的人不能复核。请第三位来复核。',
  },
};
