import { and, count, desc, eq, gte, like, lt, or, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { COUNT_MAX, ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { codePrefix } from '../../lib/regions/codes.ts';
import { calendarDate, type CalendarDate } from '../../lib/time.ts';
import type { State } from '../applications/policy.ts';
import { programmeOf, type ListProgrammes } from '../applications/queries.ts';
import { applicationDecisions, applications } from '../applications/table.ts';
import type { NoticeContact, PublicNotice } from './policy.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

/** @param regions to choose from, code and name; the first holds when the address says nothing. */
export function noticeList(
  path: string,
  regions: readonly { value: string; label: string }[],
): ListDefinition {
  return {
    path,
    filters: [{ kind: 'choice', name: 'region', label: '地区', options: regions }],
    orders: [],
  };
}

const isNotice = sql`${applicationDecisions.act} = 'notice'`;

const columns = {
  id: applications.id,
  name: applications.name,
  regionCode: applications.regionCode,
  programme: applications.programme,
  version: applications.version,
  state: applications.state,
  from: applicationDecisions.noticeFrom,
  until: applicationDecisions.noticeUntil,
  announcedAt: applicationDecisions.decidedAt,
  content: applicationDecisions.content,
};

type Row = {
  [Column in keyof typeof columns]: (typeof columns)[Column]['_']['data'];
};

async function shown(
  listProgrammes: ListProgrammes,
  rows: readonly (Omit<Row, 'from' | 'until'> & { from: string | null; until: string | null })[],
): Promise<PublicNotice[]> {
  const programmes = await listProgrammes();
  return rows.map(({ content, programme, version, from, until, state, ...row }) => ({
    ...row,
    programme: programmeOf(programmes, { programme, version }),
    from: from ?? '',
    until: until ?? '',
    state: state as State,
    contact: (JSON.parse(content) as { contact?: NoticeContact }).contact ?? null,
  }));
}

/** Notices that take objections today or will, those that end first before. */
export async function listRunningNotices(
  { db, now }: Reads,
  listProgrammes: ListProgrammes,
  { values }: Pick<ListAsked, 'values'> = { values: {} },
): Promise<PublicNotice[]> {
  const { region } = values;
  const rows = await db
    .select(columns)
    .from(applicationDecisions)
    .innerJoin(applications, eq(applications.id, applicationDecisions.applicationId))
    .where(
      and(
        isNotice,
        gte(applicationDecisions.noticeUntil, calendarDate(now)),
        eq(applications.state, 'notice'),
        region ? like(applications.regionCode, `${codePrefix(region)}%`) : undefined,
      ),
    )
    .orderBy(applicationDecisions.noticeUntil, applicationDecisions.applicationId)
    .limit(500);
  return shown(listProgrammes, rows);
}

/** Notices that take no objections any more, the latest first, in parts. */
export async function listPastNotices(
  { db, now }: Reads,
  listProgrammes: ListProgrammes,
  { values, after }: Pick<ListAsked, 'values' | 'after'>,
): Promise<PublicNotice[]> {
  const { region } = values;
  const { noticeUntil, applicationId } = applicationDecisions;
  const today: CalendarDate = calendarDate(now);
  const from = sql`(SELECT notice_until FROM application_decisions
    WHERE application_id = ${after ?? ''} AND act = 'notice')`;
  const later = after
    ? or(lt(noticeUntil, from), and(eq(noticeUntil, from), lt(applicationId, after)))
    : undefined;
  const rows = await db
    .select(columns)
    .from(applicationDecisions)
    .innerJoin(applications, eq(applications.id, applicationId))
    .where(
      and(
        isNotice,
        or(lt(noticeUntil, today), sql`${applications.state} <> 'notice'`),
        region ? like(applications.regionCode, `${codePrefix(region)}%`) : undefined,
        later,
      ),
    )
    .orderBy(desc(noticeUntil), desc(applicationId))
    .limit(ROWS_SHOWN);
  return shown(listProgrammes, rows);
}

/** How many notices there are, running and past; no more than `COUNT_MAX` are counted. */
export async function countNotices(
  { db }: Pick<Reads, 'db'>,
  { values: { region } }: Pick<ListAsked, 'values'>,
): Promise<number> {
  const counted = db
    .select({ id: applicationDecisions.applicationId })
    .from(applicationDecisions)
    .innerJoin(applications, eq(applications.id, applicationDecisions.applicationId))
    .where(
      and(isNotice, region ? like(applications.regionCode, `${codePrefix(region)}%`) : undefined),
    )
    .limit(COUNT_MAX + 1)
    .as('counted');
  const [row] = await db.select({ count: count() }).from(counted);
  return row?.count ?? 0;
}

/** One notice, running or past; undefined where there is none. */
export async function findNotice(
  { db }: Reads,
  listProgrammes: ListProgrammes,
  id: string,
): Promise<PublicNotice | undefined> {
  const rows = await db
    .select(columns)
    .from(applicationDecisions)
    .innerJoin(applications, eq(applications.id, applicationDecisions.applicationId))
    .where(and(isNotice, eq(applications.id, id)));
  return (await shown(listProgrammes, rows))[0];
}
