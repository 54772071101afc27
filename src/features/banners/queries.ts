import { and, asc, desc, eq, gt, isNotNull, isNull, lt, or } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { awaitsReview, isReviewOverdue } from './policy.ts';
import {
  bannerEnds,
  bannerExtensions,
  bannerReleases,
  bannerReviews,
  banners,
  type Banner,
} from './table.ts';

/** One part of the staff's list. */
export const BANNERS_SHOWN = 30;

/** Urgent lines are few; a hundred that wait are counted as a hundred. */
const WAITING_MAX = 100;

type Reads = Pick<CommandContext, 'db'>;

/**
 * What stands at the head of every page. Not awaited: it goes into one request with
 * what else every page needs.
 */
export function liveBanners({ db, now }: Pick<CommandContext, 'db' | 'now'>) {
  return db
    .select({
      id: banners.id,
      line: banners.line,
      level: banners.level,
      href: banners.href,
      region: banners.region,
      until: banners.until,
    })
    .from(banners)
    .where(and(isNotNull(banners.releasedAt), isNull(banners.endedAt), gt(banners.until, now)))
    .orderBy(asc(banners.until), asc(banners.id));
}

/** Newest first. @param before the id of the last one of the part before. */
export async function listBanners({ db }: Reads, before?: string): Promise<Banner[]> {
  return db
    .select()
    .from(banners)
    .where(before ? lt(banners.id, before) : undefined)
    .orderBy(desc(banners.id))
    .limit(BANNERS_SHOWN);
}

/** What waits for a second person, or for the look afterwards. */
export function bannersQueue({ db, now }: Pick<CommandContext, 'db' | 'now'>): QueueQuestion {
  const isWaiting = or(
    and(isNull(banners.releasedAt), isNull(banners.endedAt)),
    and(isNotNull(banners.releasedAt), isNull(banners.reviewedAt)),
  );
  return queueQuestion(
    [db.select().from(banners).where(isWaiting).orderBy(asc(banners.id)).limit(WAITING_MAX)],
    ([waiting]) => ({
      queue: 'banners',
      title: '紧急通知',
      href: '/staff/banners',
      summary: `${waiting.length}条要发布或复核`,
      count: waiting.length,
      overdue: waiting.filter((one) => isReviewOverdue(one, now)).length,
      next: waiting.slice(0, NEXT_SHOWN).map((one) => ({
        text: one.line,
        href: `/staff/banners/${one.id}`,
        due: awaitsReview(one)
          ? { text: '要复核', late: isReviewOverdue(one, now) }
          : { text: '等另一位发布', late: true },
      })),
    }),
  );
}

/** A line with everything that happened to it. */
export async function findBanner({ db }: Reads, id: string) {
  const [rows, extensions] = await db.batch([
    db
      .select({
        banner: banners,
        release: bannerReleases,
        end: bannerEnds,
        review: bannerReviews,
      })
      .from(banners)
      .leftJoin(bannerReleases, eq(bannerReleases.bannerId, banners.id))
      .leftJoin(bannerEnds, eq(bannerEnds.bannerId, banners.id))
      .leftJoin(bannerReviews, eq(bannerReviews.bannerId, banners.id))
      .where(eq(banners.id, id)),
    db
      .select()
      .from(bannerExtensions)
      .where(eq(bannerExtensions.bannerId, id))
      .orderBy(asc(bannerExtensions.extendedAt)),
  ]);
  const [found] = rows;
  return found && { ...found, extensions };
}
