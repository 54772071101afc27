import { eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { print, writeAtomically, type Json, type Statement } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { calendarDate, formatTime, instantOf } from '../../lib/time.ts';
import type { ListProgrammes } from '../applications/queries.ts';
import { applicationReference } from '../applications/schema.ts';
import { actOnce, auditEntry } from '../audit/statements.ts';
import { entryTime } from '../drill-runs/policy.ts';
import { linkRefusals } from '../files/policy.ts';
import { fileLink } from '../files/statements.ts';
import { decideOnce, type Decided } from '../reviews/statements.ts';
import type { Holder } from '../roles/policy.ts';
import {
  checklistOf,
  latestFacts,
  plannedOnObjection,
  visitLacks,
  visitRefusals,
  type VisitFact,
} from './policy.ts';
import { factOf, findEntries, findVisitDesk, type VisitDesk } from './queries.ts';
import {
  checklistInput,
  conclusionInput,
  entriesInput,
  photoInput,
  planInput,
  type VisitEntryInput,
} from './schema.ts';
import { siteVisitEntries, siteVisits, type SiteVisit } from './table.ts';

const notFound = () => new DomainError('not_found', 'visit_not_yours', '没有找到这一次核查。');

/** The visit of a file for whoever acts at its step. @throws DomainError `not_found`, `invalid` (no id). */
async function requireDesk(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
): Promise<VisitDesk> {
  const { applicationId } = parseInput(applicationReference, input);
  const desk = await findVisitDesk(ctx, listProgrammes, by, applicationId);
  if (!desk) throw notFound();
  return desk;
}

/** The same where a visit is planned. @throws DomainError also `conflict` (concluded, not at the step). */
async function requireVisit(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
): Promise<VisitDesk & { visit: SiteVisit }> {
  const desk = await requireDesk(ctx, by, input, listProgrammes);
  const { visit, canAct } = desk;
  if (visit?.state === 'done') {
    throw new DomainError('conflict', 'visit_concluded', '这次核查已经办结，不能再记。');
  }
  if (!visit || !canAct) throw notFound();
  return { ...desk, visit };
}

/**
 * Plans the visit of a file at its step, or plans it anew while it is not concluded.
 * @throws DomainError `invalid` (fields), `not_found`, `conflict` (no step that is visited, concluded).
 */
export async function planVisit(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<{ visitId: string }> {
  const { applicationId, plannedOn, party } = parseInput(planInput, input);
  const problem = plannedOnObjection(plannedOn, ctx.now);
  if (problem) {
    throw new DomainError('invalid', 'day_unfit', '有几处需要改一下，请看下面的提示。', {
      fields: [{ field: 'plannedOn', message: problem }],
    });
  }
  const { seen, step, visit, canAct } = await requireDesk(ctx, by, input, listProgrammes);
  if (!step || !canAct) {
    const { code, message } = visitRefusals['visit_not_now']!;
    throw new DomainError(code, 'visit_not_now', message);
  }
  const { db, now } = ctx;
  const visitId = visit?.id ?? newId(now);
  const plan = { plannedOn, party, plannedBy: by.id, plannedAt: now };
  const region = seen.application.turnRegion ?? '';
  return actOnce(ctx, by.id, key, {
    command: 'planVisit',
    action: 'site_visit.plan',
    subject: ['site_visit', visitId],
    answer: { visitId },
    body: { applicationId, plannedOn, party },
    details: { applicationId, plannedOn },
    statements: [
      visit
        ? db.update(siteVisits).set(plan).where(eq(siteVisits.id, visitId))
        : db
            .insert(siteVisits)
            .values({ id: visitId, applicationId, step: step.key, regionCode: region, ...plan }),
    ],
    refusals: visitRefusals,
  });
}

/** What became of an entry: a refused one was not written down, and the phone keeps it with the reason. */
export interface VisitEntryOutcome {
  id: string;
  outcome: 'accepted' | 'known' | 'refused';
  reason?: string;
  message?: string;
}

const refused = (id: string, reason: string, message: string): VisitEntryOutcome => ({
  ...{ id, outcome: 'refused', reason, message },
});

const itemsOf = ({ seen }: VisitDesk): ReadonlySet<string> =>
  new Set(checklistOf(seen.programme).flatMap(({ items }) => items.map(({ item }) => item)));

type Row = typeof siteVisitEntries.$inferInsert;

const sameFact = (one: VisitEntryInput, row: Row): boolean =>
  JSON.stringify([one.kind, one.item, one.answer, one.note, one.present, one.deviceAt]) ===
  JSON.stringify([
    ...[row.kind, row.item, row.answer ?? null, row.note, row.present ?? null],
    row.deviceAt.getTime(),
  ]);

async function entryStatements(ctx: CommandContext, rows: readonly Row[]): Promise<Statement[]> {
  const [first] = rows;
  if (!first) return [];
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: first.personId },
    action: 'site_visit.record',
    ...{ subjectKind: 'site_visit', subjectId: first.visitId },
    details: { entries: rows.length },
  });
  return [...rows.map((row) => print(ctx.db.insert(siteVisitEntries).values(row))), entry];
}

/**
 * Writes down what a phone noted, in its order, also long after it happened. Each entry stands by itself: its id is its
 * key, so that the same sent again changes nothing; another body under a known id is refused.
 * @throws DomainError `not_found` (not yours), `invalid`, `conflict` (concluded), `unavailable`: then send the same again.
 */
export async function recordVisitEntries(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
): Promise<{ outcomes: VisitEntryOutcome[] }> {
  const { sentAt, entries } = parseInput(entriesInput, input);
  const desk = await requireVisit(ctx, by, input, listProgrammes);
  const known = await findEntries(
    ctx,
    entries.map(({ id }) => id),
  );
  const items = itemsOf(desk);
  const outcomes = new Map<string, VisitEntryOutcome>();
  const fresh = new Map<string, Row>();
  // Nothing of a visit happened before it was planned.
  const times = { sentAt, now: ctx.now.getTime(), opensAt: desk.visit.plannedAt.getTime() };
  for (const entry of entries) {
    const { id, deviceAt, offset, ...fact } = entry;
    const before = known.get(id) ?? fresh.get(id);
    if (before) {
      const isSame = before.personId === by.id && sameFact(entry, before);
      if (!isSame) {
        outcomes.set(id, refused(id, 'entry_differs', '这个编号已经记了别的内容。请再记一条。'));
      } else if (known.has(id)) outcomes.set(id, { id, outcome: 'known' });
    } else if (entry.kind === 'check' && !items.has(entry.item)) {
      outcomes.set(id, refused(id, 'item_unknown', '清单里没有这一项。请重新打开这一页。'));
    } else {
      fresh.set(id, {
        ...{ id, visitId: desk.visit.id, personId: by.id, ...fact },
        at: new Date(entryTime({ deviceAt, offset }, times)),
        ...{ deviceAt: new Date(deviceAt), receivedAt: ctx.now },
      });
    }
  }
  for (const [id, outcome] of await writeRows(ctx, [...fresh.values()])) {
    if (!outcomes.has(id)) outcomes.set(id, outcome);
  }
  const answered = [...new Set(entries.map(({ id }) => id))];
  return { outcomes: answered.flatMap((id) => outcomes.get(id) ?? []) };
}

/** All at once where nothing speaks against it; else one by one, to tell which. */
async function writeRows(
  ctx: CommandContext,
  rows: readonly Row[],
): Promise<Map<string, VisitEntryOutcome>> {
  if (rows.length === 0) return new Map();
  const accepted = ({ id }: Row): [string, VisitEntryOutcome] => [id, { id, outcome: 'accepted' }];
  try {
    await writeAtomically(ctx.db, await entryStatements(ctx, rows), visitRefusals);
    return new Map(rows.map(accepted));
  } catch (error) {
    const problem = domainErrorIn(error);
    if (!problem || problem.code === 'unavailable') throw error;
    if (rows.length === 1) {
      const { id } = rows[0]!;
      // Another request of the same phone was faster.
      const outcome: VisitEntryOutcome =
        problem.reason === 'entry_known'
          ? { id, outcome: 'known' }
          : refused(id, problem.reason, problem.message);
      return new Map([[id, outcome]]);
    }
  }
  const outcomes = new Map<string, VisitEntryOutcome>();
  for (const row of rows) {
    for (const [id, outcome] of await writeRows(ctx, [row])) outcomes.set(id, outcome);
  }
  return outcomes;
}

/**
 * The whole checklist as a plain form: what differs from what was noted last is noted now.
 * @throws DomainError `invalid` (fields), `not_found`, `conflict` (concluded).
 */
export async function recordChecklist(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<{ noted: number }> {
  const { applicationId, checks, ...meeting } = parseInput(checklistInput, input);
  const desk = await requireVisit(ctx, by, { applicationId }, listProgrammes);
  const items = itemsOf(desk);
  const last = new Map(
    latestFacts(desk.entries.map(factOf)).map((fact): [string, VisitFact] => [
      `${fact.kind} ${fact.item}`,
      fact,
    ]),
  );
  const { now } = ctx;
  const row = (
    fact: Pick<Row, 'kind' | 'item' | 'answer' | 'note' | 'present'>,
    at = now,
  ): Row => ({
    ...{ id: newId(now), visitId: desk.visit.id, personId: by.id, ...fact },
    ...{ at, deviceAt: at, receivedAt: now },
  });
  const today = calendarDate(now);
  const day = desk.visit.plannedOn < today ? desk.visit.plannedOn : today;
  const meetings = (['opening', 'closing'] as const).flatMap((kind) => {
    const [present, minute] = [meeting[kind], meeting[`${kind}Time`]];
    const before = last.get(`${kind} `);
    const time = minute === undefined ? undefined : instantOf(day, minute);
    const isSameTime =
      time === undefined || (before && formatTime(new Date(before.at)) === formatTime(time));
    if (present === undefined || (before?.present === present && isSameTime)) return [];
    const at = time ?? (before ? new Date(before.at) : now);
    return [row({ kind, item: '', answer: null, note: '', present }, at > now ? now : at)];
  });
  const noted = checks.flatMap(({ item, answer, note }) => {
    const before = last.get(`check ${item}`);
    if (!items.has(item) || (before?.answer === answer && before.note === note)) return [];
    return [row({ kind: 'check', item, answer, note, present: null })];
  });
  const rows = [...meetings, ...noted];
  return actOnce(ctx, by.id, key, {
    command: 'recordChecklist',
    action: 'site_visit.record',
    subject: ['site_visit', desk.visit.id],
    answer: { noted: rows.length },
    body: JSON.parse(JSON.stringify({ applicationId, ...meeting, checks })) as Json,
    details: { entries: rows.length },
    statements: rows.map((one) => ctx.db.insert(siteVisitEntries).values(one)),
    refusals: visitRefusals,
  });
}

/**
 * Concludes a visit: it goes into the file as a record, which lets the step be decided.
 * @throws DomainError `invalid` (no words), `not_found`, `conflict` (a meeting or a condition is missing, moved on).
 */
export async function concludeVisit(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<Decided> {
  const { on, reason } = parseInput(conclusionInput, input);
  const { seen, visit, entries } = await requireVisit(ctx, by, input, listProgrammes);
  const lacks = visitLacks(seen.programme, entries.map(factOf));
  if (lacks.length > 0) {
    throw new DomainError('conflict', 'visit_not_whole', `${lacks.join('，')}。`);
  }
  const decision = { act: 'visit', on, reason } as const;
  const details = { visitId: visit.id };
  return decideOnce(ctx, by, seen, { decision, details, refusals: visitRefusals }, key);
}

/**
 * Attaches a photo to a visit that is not concluded. What tells of place and device was stripped when it came.
 * @throws DomainError `invalid` (no file), `not_found`, `conflict` (full, concluded), `unavailable`.
 */
export async function addVisitPhoto(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<{ fileId: string }> {
  const { applicationId, file: fileId } = parseInput(photoInput, input);
  const { visit } = await requireVisit(ctx, by, { applicationId }, listProgrammes);
  return actOnce(ctx, by.id, key, {
    command: 'addVisitPhoto',
    action: 'site_visit.photo',
    subject: ['site_visit', visit.id],
    answer: { fileId },
    body: { applicationId, fileId },
    statements: [
      fileLink(ctx, { fileId, subjectKind: 'site_visit', subjectId: visit.id, linkedBy: by.id }),
    ],
    refusals: { ...linkRefusals, ...visitRefusals },
  });
}
