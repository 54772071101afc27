import { and, asc, desc, eq, inArray } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { officeOf, stepOf } from '../applications/policy.ts';
import { applicationDeed } from '../application-drafts/queries.ts';
import type { ListProgrammes } from '../applications/queries.ts';
import type { Step } from '../programmes/schema.ts';
import { groundOf, mayMove, standingOf } from '../reviews/policy.ts';
import { findSeenApplication, type SeenApplication } from '../reviews/queries.ts';
import type { Deed, Holder } from '../roles/policy.ts';
import { checklistOf, latestFacts, type VisitFact, type VisitRun } from './policy.ts';
import { siteVisitEntries, siteVisits, type SiteVisit, type VisitEntry } from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

export interface VisitDesk {
  seen: SeenApplication;
  /** The step that is visited now; undefined when none is. */
  step: Step | undefined;
  /** Of that step; else the last one there was. */
  visit: SiteVisit | undefined;
  entries: VisitEntry[];
  /** Whether this person plans, notes and concludes. */
  canAct: boolean;
}

/** A file's visit as an office over it sees it; undefined for everybody else. Two requests. */
export async function findVisitDesk(
  ctx: Reads,
  listProgrammes: ListProgrammes,
  by: Holder,
  applicationId: string,
): Promise<VisitDesk | undefined> {
  const { db, now } = ctx;
  const [seen, { visits, entries }] = await Promise.all([
    findSeenApplication(ctx, listProgrammes, by, applicationId),
    readTogether(db, {
      visits: db
        .select()
        .from(siteVisits)
        .where(eq(siteVisits.applicationId, applicationId))
        .orderBy(desc(siteVisits.id)),
      entries: db
        .select()
        .from(siteVisitEntries)
        .where(
          inArray(
            siteVisitEntries.visitId,
            db
              .select({ id: siteVisits.id })
              .from(siteVisits)
              .where(eq(siteVisits.applicationId, applicationId)),
          ),
        )
        .orderBy(asc(siteVisitEntries.at), asc(siteVisitEntries.id)),
    }),
  ]);
  if (!seen || seen.side === 'applicant') return undefined;
  const { state } = standingOf(seen.file, seen, now);
  const here = state.startsWith('step:') ? stepOf(seen.programme, state) : undefined;
  const step = here && here.visit !== 'none' ? here : undefined;
  const visit = step ? visits.find((one) => one.step === step.key) : visits[0];
  return {
    ...{ seen, step, visit },
    entries: entries.filter(({ visitId }) => visitId === visit?.id),
    canAct:
      step !== undefined && mayMove(seen.file, groundOf(seen, by), officeOf(step), by.id, now),
  };
}

export const factOf = ({
  id,
  kind,
  item,
  answer,
  note,
  present,
  ...row
}: VisitEntry): VisitFact => ({
  ...{ id, kind, item, answer, note, present },
  ...{ at: row.at.getTime(), notedAt: row.receivedAt.getTime() },
});

/** What a phone shows of a visit that is planned or done; undefined where there is none to note. */
export function runOf(
  { seen, visit, entries, canAct }: VisitDesk,
  by: Holder,
  now: Date,
): VisitRun | undefined {
  if (!visit || (!canAct && visit.state === 'planned')) return undefined;
  const { application, programme } = seen;
  return {
    ...{ applicationId: application.id, visitId: visit.id, me: by.id, name: application.name },
    programme: programme.title.text,
    ...{ plannedOn: visit.plannedOn, party: visit.party, state: visit.state, at: now.getTime() },
    groups: checklistOf(programme),
    facts: latestFacts(entries.map(factOf)),
  };
}

/** Entries by their ids, of whichever visit. */
export async function findEntries(
  { db }: Pick<Reads, 'db'>,
  ids: readonly string[],
): Promise<Map<string, VisitEntry>> {
  const rows = await db
    .select()
    .from(siteVisitEntries)
    .where(and(inArray(siteVisitEntries.id, [...ids])));
  return new Map(rows.map((row) => [row.id, row]));
}

/** Who sees the photos of a visit: whoever sees the application. */
export async function visitDeed(
  { db }: Pick<CommandContext, 'db'>,
  visitId: string,
): Promise<Deed | undefined> {
  const [visit] = await db
    .select({ applicationId: siteVisits.applicationId })
    .from(siteVisits)
    .where(eq(siteVisits.id, visitId));
  return visit && applicationDeed({ db }, visit.applicationId);
}
