import {
  and,
  asc,
  count,
  desc,
  eq,
  gte,
  inArray,
  isNotNull,
  isNull,
  like,
  lt,
  or,
  sql,
} from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { ancestorsOf, codePrefix, type RegionCode } from '../../lib/regions/codes.ts';
import { maskPhone } from '../accounts/policy.ts';
import { personPhone } from '../accounts/queries.ts';
import { people } from '../accounts/table.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { waitedWords, type CalendarDate } from '../../lib/time.ts';
import { versionState, versionStateWords, type VersionSteps } from './policy.ts';
import {
  noticeChecks,
  noticeReleases,
  notices,
  noticeVersions,
  noticeWithdrawals,
  type Notice,
  type NoticeKind,
  type NoticeVersion,
  type NoticeWithdrawal,
} from './table.ts';

/** One part of a list; the next begins after its last. */
export const NOTICES_SHOWN = 20;

type Reads = Pick<CommandContext, 'db'>;

/** A notice as the public sees it: its last released version. */
export interface PublicNotice {
  notice: Notice;
  version: NoticeVersion;
}

const isPublic = and(isNotNull(notices.releasedAt), isNull(notices.withdrawnAt));

const publicNotices = ({ db }: Reads) =>
  db
    .select({ notice: notices, version: noticeVersions })
    .from(notices)
    .innerJoin(
      noticeVersions,
      and(
        eq(noticeVersions.noticeId, notices.id),
        eq(noticeVersions.number, notices.releasedNumber),
      ),
    );

/** What concerns a region: meant for it, for a part of it, for what it is part of, or for everybody. */
const concerns = (region: RegionCode) =>
  or(
    isNull(notices.region),
    inArray(notices.region, ancestorsOf(region)),
    like(notices.region, `${codePrefix(region)}%`),
  );

/** Newest first. @param before the id of the last one of the part before. */
export async function listNotices(
  ctx: Reads,
  asked: {
    kind?: NoticeKind | undefined;
    region?: RegionCode | undefined;
    before?: string | undefined;
  } = {},
): Promise<PublicNotice[]> {
  const { kind, region, before } = asked;
  const last = sql`(SELECT released_at, id FROM notices WHERE id = ${before})`;
  return publicNotices(ctx)
    .where(
      and(
        isPublic,
        kind ? eq(notices.kind, kind) : undefined,
        region ? concerns(region) : undefined,
        before ? sql`(${notices.releasedAt}, ${notices.id}) < ${last}` : undefined,
      ),
    )
    .orderBy(desc(notices.releasedAt), desc(notices.id))
    .limit(NOTICES_SHOWN);
}

/** The newest ones that still hold, for pages that show a few. */
export async function newestNotices(
  ctx: Reads,
  today: CalendarDate,
  many: number,
  region?: RegionCode,
): Promise<PublicNotice[]> {
  return publicNotices(ctx)
    .where(
      and(
        isPublic,
        or(isNull(notices.validUntil), gte(notices.validUntil, today)),
        region ? concerns(region) : undefined,
      ),
    )
    .orderBy(desc(notices.releasedAt), desc(notices.id))
    .limit(many);
}

/** What is older is found in the list by its kind and its region. */
const NOTICES_SEARCHED = 500;
const NOTICES_FOUND = 5;
/** A title says what a notice is about. */
const TITLE_COUNTS = 3;

/** Public notices in which some of these words stand, those with the most of them first. In one bounded question. */
export async function searchNotices(
  ctx: Reads,
  words: readonly string[],
  region?: RegionCode,
): Promise<PublicNotice[]> {
  if (words.length === 0) return [];
  const score = sql.join(
    words.map(
      (word) => sql`${TITLE_COUNTS} * (instr(lower(${noticeVersions.title}), ${word}) > 0)
        + (instr(lower(${noticeVersions.body}), ${word}) > 0)`,
    ),
    sql` + `,
  );
  const newest = ctx.db
    .select({ id: notices.id })
    .from(notices)
    .where(isPublic)
    .orderBy(desc(notices.releasedAt))
    .limit(NOTICES_SEARCHED);
  return publicNotices(ctx)
    .where(
      and(
        isPublic,
        inArray(notices.id, newest),
        region ? concerns(region) : undefined,
        sql`(${score}) > 0`,
      ),
    )
    .orderBy(desc(score), desc(notices.releasedAt), desc(notices.id))
    .limit(NOTICES_FOUND);
}

/** A notice with all its versions, newest first. */
export interface WholeNotice {
  notice: Notice;
  versions: VersionSteps[];
  withdrawal: NoticeWithdrawal | null;
}

/** In one request. Undefined for what does not exist; whether it is public, its `releasedAt` says. */
export async function findNotice({ db }: Reads, id: string): Promise<WholeNotice | undefined> {
  const rows = await db
    .select({
      notice: notices,
      version: noticeVersions,
      check: noticeChecks,
      release: noticeReleases,
      withdrawal: noticeWithdrawals,
    })
    .from(notices)
    .innerJoin(noticeVersions, eq(noticeVersions.noticeId, notices.id))
    .leftJoin(noticeChecks, eq(noticeChecks.versionId, noticeVersions.id))
    .leftJoin(noticeReleases, eq(noticeReleases.versionId, noticeVersions.id))
    .leftJoin(noticeWithdrawals, eq(noticeWithdrawals.noticeId, notices.id))
    .where(eq(notices.id, id))
    .orderBy(desc(noticeVersions.number));
  const [first] = rows;
  if (!first) return undefined;
  return { notice: first.notice, versions: rows, withdrawal: first.withdrawal };
}

const isLastVersion = and(
  eq(noticeVersions.noticeId, notices.id),
  eq(
    noticeVersions.number,
    sql`(SELECT max(number) FROM notice_versions WHERE notice_id = ${notices.id})`,
  ),
);

export interface NoticeAtWork extends VersionSteps {
  notice: Notice;
}

/** Each notice with its last version, for staff: those with a step to take, or all. Newest first. */
export async function listNoticesAtWork(
  { db }: Reads,
  {
    open,
    before,
    regions,
  }: {
    open: boolean;
    before?: string | undefined;
    /** Only what is meant for these; undefined: all. */
    regions?: readonly RegionCode[] | undefined;
  },
): Promise<NoticeAtWork[]> {
  return db
    .select({
      notice: notices,
      version: noticeVersions,
      check: noticeChecks,
      release: noticeReleases,
    })
    .from(notices)
    .innerJoin(noticeVersions, isLastVersion)
    .leftJoin(noticeChecks, eq(noticeChecks.versionId, noticeVersions.id))
    .leftJoin(noticeReleases, eq(noticeReleases.versionId, noticeVersions.id))
    .where(
      and(
        open ? eq(notices.isOpen, true) : undefined,
        before ? lt(notices.id, before) : undefined,
        meantFor(regions),
      ),
    )
    .orderBy(desc(notices.id))
    .limit(NOTICES_SHOWN);
}

/** Versions meant for one of these regions or a part of it; undefined for all. */
const meantFor = (regions: readonly RegionCode[] | undefined) =>
  regions && or(...regions.map((code) => like(noticeVersions.region, `${codePrefix(code)}%`)));

/** What waits for somebody's next step, the oldest first. @param regions only what is meant for these. */
export function noticesQueue(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  regions: readonly RegionCode[] | undefined,
): QueueQuestion {
  const isOpen = and(eq(notices.isOpen, true), meantFor(regions));
  return queueQuestion(
    [
      db
        .select({ open: count() })
        .from(notices)
        .innerJoin(noticeVersions, isLastVersion)
        .where(isOpen),
      db
        .select({ version: noticeVersions, check: noticeChecks, release: noticeReleases })
        .from(notices)
        .innerJoin(noticeVersions, isLastVersion)
        .leftJoin(noticeChecks, eq(noticeChecks.versionId, noticeVersions.id))
        .leftJoin(noticeReleases, eq(noticeReleases.versionId, noticeVersions.id))
        .where(isOpen)
        .orderBy(asc(notices.id))
        .limit(NEXT_SHOWN),
    ],
    ([[counted], next]) => ({
      queue: 'notices',
      title: '公告',
      href: '/staff/notices',
      summary: `${counted?.open ?? 0}条没有发布`,
      count: counted?.open ?? 0,
      overdue: 0,
      next: next.map((steps) => ({
        text: steps.version.title,
        href: `/staff/notices/${steps.version.noticeId}`,
        about: versionStateWords[versionState(steps, true)],
        due: { text: waitedWords(steps.version.writtenAt, now), late: false },
      })),
    }),
  );
}

/** What colleagues know each other by: the number they sign in with, its middle hidden. In one request. */
export async function colleagueNames(
  ctx: Pick<CommandContext, 'db' | 'keys'>,
  ids: readonly string[],
): Promise<(personId: string) => string> {
  const found = await ctx.db
    .select()
    .from(people)
    .where(inArray(people.id, [...new Set(ids)]));
  const names = await Promise.all(
    found.map(async (person): Promise<[string, string]> => [
      person.id,
      // Whoever has erased their account has no number any more.
      await personPhone(ctx, person).then(maskPhone, () => '账户已删除'),
    ]),
  );
  const byId = new Map(names);
  return (personId) => byId.get(personId) ?? '账户已删除';
}
