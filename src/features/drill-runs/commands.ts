import { and, isNotNull, lt } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { print, writeAtomically, type Statement } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { DAY_MS } from '../../lib/time.ts';
import { findPerson, openPersonKey } from '../accounts/queries.ts';
import { actOnce, auditEntry } from '../audit/statements.ts';
import type { Holder } from '../roles/policy.ts';
import {
  entryTime,
  logOpens,
  logRefusals,
  mayLog,
  NOTES_KEPT_DAYS,
  runNotYours,
  visibleInjects,
} from './policy.ts';
import { findEntries, findStanding, noteField, type RunStanding } from './queries.ts';
import { entriesInput, entryFormInput, type Entry } from './schema.ts';
import { drillLogEntries } from './table.ts';

type Row = typeof drillLogEntries.$inferInsert;

/** What became of an entry: a refused one was not written down, and the phone keeps it with the reason. */
export interface EntryOutcome {
  id: string;
  outcome: 'accepted' | 'known' | 'refused';
  reason?: string;
  message?: string;
}

async function requireStanding(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
): Promise<RunStanding> {
  const found = await findStanding(ctx, by, input);
  if (found) return found;
  throw new DomainError('not_found', runNotYours.reason, runNotYours.message);
}

/**
 * Writes down what a phone noted, in its order, also long after it happened. Each entry stands by itself: its id is its
 * key, so that the same sent again changes nothing; another body under a known id is refused.
 * @throws DomainError `not_found` (no part in the drill), `invalid`, `unavailable`: then send the same again.
 */
export async function recordEntries(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
): Promise<{ outcomes: EntryOutcome[] }> {
  const run = await requireStanding(ctx, by, input);
  const { sentAt, entries } = parseInput(entriesInput, input);
  const known = await findEntries(
    ctx,
    entries.map(({ id }) => id),
  );
  const outcomes = new Map<string, EntryOutcome>();
  const fresh = new Map<string, Entry>();
  const opensAt = logOpens(run.file.drill).getTime();
  for (const entry of entries) {
    const before = known.get(entry.id);
    const twin = fresh.get(entry.id);
    const problem = before || twin ? undefined : objection(run, entry);
    if (before) outcomes.set(entry.id, repeated(entry, asEntry(before), before.personId === by.id));
    else if (twin) outcomes.set(entry.id, repeated(entry, twin, true, 'accepted'));
    else if (problem) outcomes.set(entry.id, refused(entry.id, problem));
    else fresh.set(entry.id, entry);
  }
  const now = ctx.now.getTime();
  const rows = await Promise.all(
    [...fresh.values()].map((entry) =>
      rowOf(ctx, by, run, entry, new Date(entryTime(entry, { sentAt, now, opensAt }))),
    ),
  );
  const written = await writeTogether(ctx, rows);
  // A twin whose body differs is told of, whatever became of the first.
  for (const [id, outcome] of written) {
    if (!outcomes.has(id)) outcomes.set(id, outcome);
  }
  const answered = [...new Set(entries.map(({ id }) => id))];
  return { outcomes: answered.flatMap((id) => outcomes.get(id) ?? []) };
}

const refused = (
  id: string,
  { reason, message }: { reason: string; message: string },
): EntryOutcome => ({
  ...{ id, outcome: 'refused', reason, message },
});

type Body = Omit<Entry, 'id' | 'offset'>;

const asEntry = (row: Row & { note: string }): Body => ({
  ...{ kind: row.kind, ref: row.ref, unit: row.unit },
  ...{ value: row.value ?? null, expected: row.expected ?? null },
  note: row.note === '' ? undefined : row.note,
  deviceAt: row.deviceAt.getTime(),
});

/** Another fact under an id that is taken is refused: it would be lost without a word. */
function repeated(
  entry: Entry,
  before: Body,
  isOwn: boolean,
  same: 'known' | 'accepted' = 'known',
): EntryOutcome {
  const words = ({ kind, ref, unit, value, expected, note, deviceAt }: Body) =>
    JSON.stringify([kind, ref, unit, value, expected, note ?? '', deviceAt]);
  // Words that were forgotten since cannot be compared.
  const kept = before.note === undefined ? { ...entry, note: undefined } : entry;
  if (isOwn && words(kept) === words(before)) return { id: entry.id, outcome: same };
  return refused(entry.id, {
    reason: 'entry_differs',
    message: '这个编号已经记了别的内容。请再记一条。',
  });
}

/** What the role or the script speaks against; the guards look at the rest. */
function objection(
  { file, hand, role, participant }: RunStanding,
  { kind, ref }: Pick<Entry, 'kind' | 'ref'>,
): { reason: string; message: string } | undefined {
  if (!mayLog(hand, kind)) return { reason: 'kind_not_yours', message: '你的角色不记这一项。' };
  const { drill, script } = file;
  const unknown = { reason: 'ref_unknown', message: '方案里没有这一项。请重新打开这一页。' };
  if (kind === 'measure_from' || kind === 'measure_to') {
    return script.measures.some(({ id }) => id === ref) ? undefined : unknown;
  }
  if (kind === 'inject_sent' || kind === 'inject_seen' || kind === 'inject_done') {
    // What a role could not know of yet is answered like what there is not.
    const times = {
      startedAt: drill.startedAt?.getTime() ?? null,
      endedAt: drill.endedAt?.getTime() ?? null,
    };
    const shown = visibleInjects(script.injects, times, { hand, role }, Number.MAX_SAFE_INTEGER);
    return shown.some(({ id }) => id === ref) ? undefined : unknown;
  }
  if (kind === 'arrived' && hand !== 'control' && ref !== participant?.id) {
    return { reason: 'kind_not_yours', message: '只能记自己到了。' };
  }
  return undefined;
}

async function rowOf(
  ctx: CommandContext,
  by: Holder,
  { file, participant }: RunStanding,
  { id, kind, ref, unit, value, expected, note, deviceAt }: Entry,
  at: Date,
): Promise<Row> {
  return {
    ...{ id, drillId: file.drill.id, participantId: participant?.id ?? null, personId: by.id },
    ...{ kind, ref, unit, value, expected },
    noteCipher: note === undefined ? null : await sealNote(ctx, by.id, id, note),
    ...{ at, deviceAt: new Date(deviceAt), receivedAt: ctx.now },
  };
}

async function sealNote(ctx: CommandContext, personId: string, id: string, note: string) {
  const person = await findPerson(ctx, personId);
  if (!person) throw new DomainError('not_found', runNotYours.reason, runNotYours.message);
  return (await openPersonKey(ctx, person)).encrypt(noteField(id), note);
}

/** All at once where nothing speaks against it, which is nearly always; else one by one, to tell which. */
async function writeTogether(
  ctx: CommandContext,
  rows: readonly Row[],
): Promise<Map<string, EntryOutcome>> {
  const accepted = ({ id }: Row): [string, EntryOutcome] => [id, { id, outcome: 'accepted' }];
  if (rows.length === 0) return new Map();
  if (rows.length > 1) {
    try {
      await writeAtomically(ctx.db, await statementsFor(ctx, rows), logRefusals);
      return new Map(rows.map(accepted));
    } catch (error) {
      if (!domainErrorIn(error) || domainErrorIn(error)?.code === 'unavailable') throw error;
    }
  }
  const outcomes = new Map<string, EntryOutcome>();
  for (const row of rows) outcomes.set(row.id, await writeOne(ctx, row));
  return outcomes;
}

async function writeOne(ctx: CommandContext, row: Row): Promise<EntryOutcome> {
  const { id } = row;
  try {
    await writeAtomically(ctx.db, await statementsFor(ctx, [row]), logRefusals);
    return { id, outcome: 'accepted' };
  } catch (error) {
    const known = domainErrorIn(error);
    if (!known || known.code === 'unavailable') throw error;
    // Another request of the same phone was faster: the phone asks again and is told what stands.
    if (known.reason === 'entry_known') return { id, outcome: 'known' };
    return refused(id, known);
  }
}

async function statementsFor(ctx: CommandContext, rows: readonly Row[]): Promise<Statement[]> {
  const [first] = rows;
  if (!first) return [];
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: first.personId },
    action: 'drill_entries.record',
    subjectKind: 'drill',
    subjectId: first.drillId,
    details: { entries: rows.length },
  });
  return [...rows.map((row) => print(ctx.db.insert(drillLogEntries).values(row))), entry];
}

/**
 * Writes down one entry from the page's own form, noted when it comes.
 * @throws DomainError `not_found` (no part in the drill), `invalid` (fields), `conflict` (closed, full, nothing to take
 * back), `unavailable`.
 */
export async function recordEntry(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ entryId: string }> {
  const run = await requireStanding(ctx, by, input);
  const { drillId, ...asked } = parseInput(entryFormInput, input);
  const problem = objection(run, asked);
  if (problem) throw new DomainError('conflict', problem.reason, problem.message);
  const { now } = ctx;
  const id = newId(now);
  const row = await rowOf(
    ctx,
    by,
    run,
    { id, ...asked, deviceAt: now.getTime(), offset: null },
    now,
  );
  return actOnce(ctx, by.id, key, {
    command: 'recordEntry',
    action: 'drill_entries.record',
    subject: ['drill', drillId],
    answer: { entryId: id },
    body: { drillId, ...asked, note: asked.note ?? '' },
    details: { entries: 1 },
    statements: [ctx.db.insert(drillLogEntries).values(row)],
    refusals: logRefusals,
  });
}

/** Forgets the free words of logs after their time; times and counts stay with the drill. @returns how many. */
export async function forgetLogNotes({ db, now }: CommandContext): Promise<number> {
  const before = new Date(now.getTime() - NOTES_KEPT_DAYS * DAY_MS);
  const gone = await db
    .update(drillLogEntries)
    .set({ noteCipher: null })
    .where(and(isNotNull(drillLogEntries.noteCipher), lt(drillLogEntries.receivedAt, before)));
  return gone.rowsAffected;
}
